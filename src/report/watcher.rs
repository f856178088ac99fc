//! Who watches a run of the command line: one observer for each thing that is to be done, in [`observers`].

use std::{cell::RefCell, rc::Rc};

use serde_json::Value;

use super::{
    Interrupts, RunDirectory, clock::Clock, curves::Curves, epoch_lines::EpochLines, lines::Lines, pace::Pacing,
    progress::Progress, record, saving::Saving, screen::Screen, step_lines::StepLines,
};
use crate::train::{Error, Figures, Observer, Session, Split};

/// What the observers of a run share.
pub struct Watched {
    /// Where it writes.
    pub directory: RunDirectory,
    /// What it shows.
    pub screen: Screen,
    /// How long it takes.
    pub clock: Rc<Clock>,
    /// What is to stand in metrics.jsonl.
    pub metrics: Lines,
    /// What is to stand in steps.jsonl.
    pub steps: Lines,
    /// Every line of metrics.jsonl so far.
    pub history: RefCell<Vec<Value>>,
}

impl Watched {
    fn new(directory: RunDirectory, session: &Session) -> Watched {
        let steps = session.steps_per_epoch() as u64;
        let within = session.updates().saturating_sub(session.epochs_done() as u64 * steps);
        let examples = within * session.model().plan.batch as u64;
        let history = record::written_epochs(directory.path());
        let seconds = history.iter().filter_map(|line| line["seconds"].as_f64()).sum();
        Watched {
            screen: Screen::new(session.model().steps()),
            clock: Rc::new(Clock::new(seconds, examples.min(session.examples(Split::Train) as u64))),
            metrics: Lines::new("metrics.jsonl"),
            steps: Lines::new("steps.jsonl"),
            history: RefCell::new(history),
            directory,
        }
    }

    /// Writes all lines that are not written yet.
    ///
    /// # Errors
    /// What the system says.
    pub fn flush(&self) -> Result<(), Error> {
        self.metrics.flush(&self.directory)?;
        self.steps.flush(&self.directory)
    }
}

/// How a run is watched.
#[derive(Debug, Clone, Copy, Default)]
pub struct Manner {
    /// The newest checkpoint is damaged: the one before stays until there is a better one.
    pub damaged: bool,
    /// Nothing is said at an epoch's end: a sweep has a line for the whole run.
    pub quiet: bool,
}

/// Who watches a run, in the order in which they are told: what is shown of an epoch was saved before.
fn observers(
    run: &Rc<Watched>,
    session: &Session,
    interrupts: &Interrupts,
    Manner { damaged, quiet }: Manner,
) -> Vec<Box<dyn Observer>> {
    vec![
        Box::new(run.clock.clone()),
        Box::new(interrupts.clone()),
        Box::new(Pacing::default()),
        Box::new(StepLines::new(run, session)),
        Box::new(EpochLines::new(run)),
        Box::new(Saving::new(run, session, damaged)),
        Box::new(Progress::new(run, session, quiet)),
        Box::new(Curves::new(run, session)),
    ]
}

/// The observers of a run on the command line, and what they know at its end.
pub struct Watcher {
    run: Rc<Watched>,
    interrupts: Interrupts,
    observers: Vec<Box<dyn Observer>>,
}

impl Watcher {
    /// Watches a session that trains into this directory, from the beginning or from a checkpoint.
    pub fn new(directory: RunDirectory, session: &Session, interrupts: Interrupts, manner: Manner) -> Self {
        let run = Rc::new(Watched::new(directory, session));
        let observers = observers(&run, session, &interrupts, manner);
        Watcher { run, interrupts, observers }
    }

    /// The observers, to be handed to [`crate::train::train`].
    pub fn observers(&mut self) -> Vec<&mut dyn Observer> {
        self.observers.iter_mut().map(|observer| &mut **observer as &mut dyn Observer).collect()
    }

    /// The directory.
    pub fn directory(&self) -> &RunDirectory {
        &self.run.directory
    }

    /// The exit code of the signal that stopped the run, if one did.
    pub fn interrupted(&self) -> Option<u8> {
        self.interrupts.came()
    }

    /// Seconds that were spent in training steps, evaluation and saving left out.
    pub fn training_seconds(&self) -> f64 {
        self.run.clock.training_seconds()
    }

    /// Seconds that were spent in saving by this process.
    pub fn saving_seconds(&self) -> f64 {
        self.run.clock.saving_seconds()
    }

    /// The figures on the training and the development set of the epoch whose weights are the run's: the last one,
    /// however long ago that was, or the best.
    pub fn last_figures(&self, session: &Session) -> [Option<Figures>; 2] {
        let history = self.run.history.borrow();
        let is_it = |line: &&Value| session.restored_epoch().is_none_or(|epoch| line["epoch"] == epoch);
        let last = history.iter().rev().find(is_it);
        [("train", Split::Train), ("dev", Split::Dev)].map(|(name, split)| {
            let figure = |what: &str| last?[format!("{name}_{what}")].as_f64();
            let examples = session.examples(split);
            Some(Figures { loss: figure("loss")?, accuracy: figure("accuracy"), examples })
        })
    }
}
