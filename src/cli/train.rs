//! `gradus train`: from a config to a run directory.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{
    Failure, bytes, code,
    load::{self, ConfigArguments, DeviceArguments},
    note, run, say, schedule,
};
use crate::{
    config::Config,
    device::Device,
    report::{Interrupts, RunDirectory, Watcher},
    train::{self, Figures, Model, Observer as _, Outcome, Session, Snapshot, Split, Weights},
};

/// Train a network
#[derive(Args)]
pub struct Train {
    #[command(flatten)]
    config: ConfigArguments,
    #[command(flatten)]
    device: DeviceArguments,
    /// The run directory; without it, a new one below runs/
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Go on with the run in --out where it was stopped
    #[arg(long, requires = "out")]
    resume: bool,
    /// Build everything and run one step, but write nothing
    #[arg(long)]
    dry_run: bool,
    /// Let the CPU run the first K steps, too, in f64, and say how far the device is from that
    #[arg(long, value_name = "K", conflicts_with = "dry_run", value_parser = clap::value_parser!(u32).range(1..))]
    shadow_cpu: Option<u32>,
}

impl Train {
    /// Trains.
    pub fn run(self) -> Result<(), Failure> {
        let resumed = self.out.as_deref().filter(|_| self.resume);
        let model = match resumed {
            Some(run) => run::resumed(run, self.resumed_config(run)?)?,
            None => self.config.model()?,
        };
        let resolved = toml::to_string(&model.resolved()).expect("a config is TOML");
        let name = model.config.name.clone();
        model.doubts().iter().for_each(|doubt| log::warn!("{doubt}"));
        let initial = initial_weights(&model)?;
        let device = self.device.open()?;
        let mut session = session(model, initial, &device)?;
        let steps = session.config().train.epochs * session.steps_per_epoch();
        schedule::warn_of_length(&session.model().schedule, steps as u64);
        if self.dry_run {
            return dry_run(&mut session);
        }
        let directory = match resumed {
            Some(run) => {
                let directory = RunDirectory::resumed(run).map_err(|e| Failure::file(code::USAGE, run, e))?;
                resume(&directory, &mut session)?;
                note(format!("resuming after step {}", session.updates()));
                directory
            }
            None => {
                let directory = self.new_directory(&name)?;
                directory.write("config.toml", resolved.as_bytes())?;
                directory
            }
        };
        run::sign(&directory, &session)?;
        if let Some(steps) = self.shadow_cpu {
            pollster::block_on(session.begin_shadow(steps as usize))?;
        }
        let mut watcher = Watcher::new(directory, &session, Interrupts::listen());
        let outcome = pollster::block_on(train::train(&mut session, &mut watcher));
        watcher.finish()?;
        // A run that ended before its shadow.
        if let Some(compared) = session.end_shadow() {
            watcher.shadow(&compared);
        }
        match outcome? {
            Outcome::Finished => finish(&mut session, &watcher, &device),
            Outcome::Stopped => {
                let run = watcher.directory().path().display();
                let message = format!("stopped after step {}; go on with --resume --out {run}", session.updates());
                Err(Failure::new(watcher.interrupted().unwrap_or(code::OTHER), message))
            }
        }
    }

    fn new_directory(&self, name: &str) -> Result<RunDirectory, Failure> {
        match &self.out {
            Some(path) => RunDirectory::create(path).map_err(|error| Failure::file(code::USAGE, path, error)),
            None => {
                let parent = Path::new("runs");
                RunDirectory::new_below(parent, name).map_err(|error| Failure::file(code::USAGE, parent, error))
            }
        }
    }

    /// The run's own config; a config on the command line would be another run.
    fn resumed_config(&self, run: &Path) -> Result<Config, Failure> {
        if self.config.config.is_some() {
            let message = "--resume takes the run's own config: leave CONFIG out (--set train.epochs=N may change it)";
            return Err(Failure::new(code::USAGE, message));
        }
        run::config(run, &self.config.overrides)
    }
}

/// Puts a model on a device, with given weights if there are such.
pub(super) fn session(model: Model, initial: Option<Weights>, device: &Device) -> Result<Session, Failure> {
    let mut session = pollster::block_on(Session::new(model, device))?;
    if let Some(weights) = initial {
        session.restore_weights(&weights);
    }
    Ok(session)
}

/// Goes back to the run's checkpoint: what it wrote after that will be written again.
pub(super) fn resume(directory: &RunDirectory, session: &mut Session) -> Result<(), Failure> {
    let plan = session.model().plan.clone();
    let path = directory.file("checkpoints/resume.safetensors");
    session.restore(&load::checkpoint(&path, |bytes| Snapshot::from_bytes(&plan, bytes))?);
    directory.truncate("metrics.jsonl", session.updates())?;
    directory.truncate("steps.jsonl", session.updates())?;
    Ok(())
}

/// The weights that the config wants to start from.
pub(super) fn initial_weights(model: &Model) -> Result<Option<Weights>, Failure> {
    let path = &model.config.model.initial_weights;
    if path.is_empty() {
        return Ok(None);
    }
    load::weights(&model.plan, Path::new(path)).map(Some)
}

fn dry_run(session: &mut Session) -> Result<(), Failure> {
    let steps = session.begin_epoch(1);
    let first = &steps[..1];
    pollster::block_on(session.run(crate::plan::Program::Train, first))?;
    let records = pollster::block_on(session.read_steps(1, first))?;
    let (memory, launches) = (bytes(session.model().plan.bytes()), session.model().plan.train.len());
    say(format!("dry run: first loss {:.4}, {launches} launches a step, {memory} of memory", records[0].loss))
}

/// The final figures on stdout, too.
fn finish(session: &mut Session, watcher: &Watcher, device: &Device) -> Result<(), Failure> {
    let (dev, test) = summarize(session, watcher, device)?;
    for (name, figures) in [("dev", dev), ("test", test)] {
        let Some(Figures { loss, accuracy, examples }) = figures else { continue };
        let accuracy = accuracy.map_or(String::new(), |accuracy| format!("accuracy {:.2}%, ", 100.0 * accuracy));
        say(format!("{name}: {accuracy}loss {loss:.4} over {examples} examples"))?;
    }
    let (seconds, run) = (watcher.training_seconds, watcher.directory().path().display());
    say(format!("trained {} steps in {seconds:.2} s; everything is in {run}", session.updates()))
}

/// The final figures in summary.json; returns those on the development and the test set.
pub(super) fn summarize(
    session: &mut Session,
    watcher: &Watcher,
    device: &Device,
) -> Result<(Option<Figures>, Option<Figures>), Failure> {
    let test = pollster::block_on(session.evaluate(Split::Test))?;
    let last = watcher.records.last();
    let dev = last.and_then(|record| record.dev);
    let train = last.map(|record| record.train);
    let figures = |figures: Option<Figures>| serde_json::to_value(figures).expect("numbers");
    let summary = serde_json::json!({
        "name": session.config().name,
        "seed": session.config().seed,
        "epochs": session.epochs_done(),
        "steps": session.updates(),
        "train": figures(train),
        "dev": figures(dev),
        "test": figures(test),
        "training_seconds": watcher.training_seconds,
        "device": device.describe(),
        "version": env!("CARGO_PKG_VERSION"),
        "counters": session.counters(),
    });
    let text = serde_json::to_string_pretty(&summary).expect("a summary is JSON") + "\n";
    watcher.directory().write("summary.json", text.as_bytes())?;
    Ok((dev, test))
}
