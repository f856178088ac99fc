//! Going back to where a run can go on from.

use super::{ReadError, RunDirectory, changes, checkpoints, lines, read_config_text};
use crate::train::Session;

/// Goes back to the run's newest whole checkpoint, or to its beginning if it has none yet: what it wrote after that
/// will be written again. Returns whether a newer checkpoint is damaged, which a warning names.
///
/// # Errors
/// No checkpoint is whole though there are some; the lines until then are damaged or not all there.
pub fn resume(directory: &RunDirectory, session: &mut Session) -> Result<bool, ReadError> {
    let wrong = |message| ReadError { path: directory.path().to_owned(), line: None, message };
    let (text, sealed) = read_config_text(directory.path())?;
    let found = checkpoints::newest(directory, &session.model().plan, sealed);
    let found = found.map_err(|error| wrong(error.to_string()))?;
    if let Some(snapshot) = &found.snapshot {
        session.restore(snapshot);
        // The run may have been killed between the two; nothing else writes them if nothing is left to train.
        let plan = &session.model().plan;
        checkpoints::heal(directory, plan, snapshot).map_err(|error| wrong(error.to_string()))?;
    }
    let step = session.updates();
    if let Some(what) = &found.damaged {
        let path = directory.path().display();
        log::warn!("{path}: {what}; going on from the checkpoint before, after step {step}");
    }
    // The last epoch may have ended before the others do.
    let ended = step.min((session.epochs_done() * session.steps_per_epoch()) as u64);
    let metrics = lines::until(&directory.file("metrics.jsonl"), ended, Some(ended))?;
    // Every step has its line only if they were written from the beginning on.
    let config: Option<toml::Table> = text.parse().ok();
    let written = config.and_then(|config| config.get("train")?.get("log_steps")?.as_bool()) == Some(true);
    let all = written && !changes::was_changed(directory, "train.log_steps")?;
    let steps = lines::until(&directory.file("steps.jsonl"), step, all.then_some(step))?;
    for (name, bytes) in [("metrics.jsonl", metrics), ("steps.jsonl", steps)] {
        directory.truncate(name, bytes).map_err(|error| wrong(error.to_string()))?;
    }
    Ok(found.damaged.is_some())
}
