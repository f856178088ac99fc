//! `gradus train --resume`: a run that goes on from its newest whole checkpoint, with what was changed written down.

use std::path::Path;

use super::super::{Failure, code, note, run};
use crate::{
    config::Config,
    report::{
        self, RunDirectory,
        changes::{self, Change},
        checkpoints,
    },
    train::Session,
};

/// A run to go on with.
pub struct Resumed {
    /// Its directory; no other process writes to it.
    directory: RunDirectory,
    /// Its config with the changes.
    pub config: Config,
    changes: Vec<Change>,
}

impl Resumed {
    /// Reads a run's config and what is to be changed in it, of which a run may keep some to its end. Only one that
    /// will be written to is kept from other processes.
    pub fn open(run: &Path, overrides: &[String], writes: bool) -> Result<Resumed, Failure> {
        let open = if writes { RunDirectory::resumed } else { RunDirectory::existing };
        let directory = open(run).map_err(|error| Failure::file(code::USAGE, run, error))?;
        let (before, config) = (run::config(run, &[])?, run::config(run, overrides)?);
        let changes = changes::changes(&before.to_toml(), &config.to_toml());
        if let Some((change, why)) = changes.iter().find_map(|change| Some((change, change.refusal()?))) {
            let Change { key, from, to } = change;
            let last = directory.file(checkpoints::LAST);
            return Err(Failure::new(
                code::USAGE,
                format!(
                    "--set {key}: it is {from} for this run to its end, and cannot become {to}: {why}; start another run, \
                     from these weights with --set model.initial_weights={}",
                    last.display()
                ),
            ));
        }
        Ok(Resumed { directory, config, changes })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Goes back to the newest whole checkpoint, and writes down the changes. Returns also whether a newer
    /// checkpoint is damaged.
    pub fn go_on(self, session: &mut Session, resolved: &str) -> Result<(RunDirectory, bool), Failure> {
        let Resumed { directory, changes, .. } = self;
        let damaged = report::resume(&directory, session)?;
        match session.updates() {
            0 => note("resuming before the first checkpoint: from the beginning"),
            step => note(format!("resuming after step {step}")),
        }
        let (train, done, updates) = (&session.settings().train, session.epochs_done(), session.updates());
        if let Some(steps) = train.steps.filter(|&steps| (steps as u64) < updates) {
            let message = format!("--set train.steps={steps}: the run has done {updates} steps");
            return Err(Failure::new(code::USAGE, message));
        }
        if train.epochs < done {
            let message = format!("--set train.epochs={}: the run has done {done} epochs", train.epochs);
            return Err(Failure::new(code::USAGE, message));
        }
        if changes.iter().any(Change::lengthens) {
            session.go_on();
        }
        changes::record(&directory, &changes, session.updates())??;
        if !changes.is_empty() {
            directory.write("config.toml", report::seal_config(resolved).as_bytes())?;
        }
        Ok((directory, damaged))
    }
}
