//! steps.jsonl: a line a step, where `train.log_steps` asks for it.

use std::rc::Rc;

use super::watcher::Watched;
use crate::train::{Error, Observer, Session, StepRecord};

/// Gathers the lines; they are written with the next checkpoint, or when they are many.
pub struct StepLines {
    run: Rc<Watched>,
    wanted: bool,
}

impl StepLines {
    /// Those of a run.
    pub fn new(run: &Rc<Watched>, session: &Session) -> Self {
        StepLines { run: run.clone(), wanted: session.settings().train.log_steps }
    }
}

impl Observer for StepLines {
    fn steps(&mut self, steps: &[StepRecord]) -> Result<(), Error> {
        if self.wanted {
            steps.iter().for_each(|step| self.run.steps.push(step));
            if self.run.steps.are_many() {
                self.run.steps.flush(&self.run.directory)?;
            }
        }
        Ok(())
    }
}
