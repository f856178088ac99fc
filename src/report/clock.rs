//! The clock of a run: what its epochs and its training steps take.

use std::{cell::Cell, ops::ControlFlow, rc::Rc, time::Instant};

use crate::train::{EpochRecord, Error, Figures, Observer, Snapshot};

/// The clock of a run.
pub struct Clock {
    /// When the epoch under way began.
    began: Cell<Instant>,
    /// Examples of the epoch under way that were trained on before this process.
    before: Cell<u64>,
    /// Seconds of the epoch that ended last, its evaluation included, and its examples a second.
    last: Cell<(f64, f64)>,
    /// Seconds that were spent in training steps, evaluation and saving left out.
    training: Cell<f64>,
    /// Seconds that were spent in saving, since this process began.
    saving: Cell<f64>,
}

impl Clock {
    /// Goes on from so many seconds, within an epoch of which so many examples are done.
    pub fn new(training_seconds: f64, before: u64) -> Clock {
        let began = Cell::new(Instant::now());
        let (before, training) = (Cell::new(before), Cell::new(training_seconds));
        Clock { began, before, last: Cell::default(), training, saving: Cell::new(0.0) }
    }

    /// Examples a second in the epoch under way, of which so many are done.
    pub fn rate(&self, examples: usize) -> f64 {
        self.rate_over(examples, self.seconds())
    }

    /// Seconds of the epoch that ended last, and its examples a second.
    pub fn last(&self) -> (f64, f64) {
        self.last.get()
    }

    /// Seconds in training steps, in all.
    pub fn training_seconds(&self) -> f64 {
        self.training.get()
    }

    /// Seconds in saving, since this process began.
    pub fn saving_seconds(&self) -> f64 {
        self.saving.get()
    }

    /// Something was saved, from then until now.
    pub fn saved(&self, since: Instant) {
        self.saving.set(self.saving.get() + since.elapsed().as_secs_f64());
    }

    fn seconds(&self) -> f64 {
        self.began.get().elapsed().as_secs_f64()
    }

    fn rate_over(&self, examples: usize, seconds: f64) -> f64 {
        (examples as u64 - self.before.get()) as f64 / seconds.max(1e-9)
    }
}

/// It looks first: what the others do at an epoch's end is no part of the epoch.
impl Observer for Rc<Clock> {
    fn begin(&mut self, _: usize) {
        self.began.set(Instant::now());
    }

    fn progress(&mut self, _: usize, done: usize, of: usize, _: &Figures) {
        if done == of {
            self.training.set(self.training.get() + self.seconds());
        }
    }

    fn epoch(&mut self, record: &EpochRecord, _: &Snapshot) -> Result<ControlFlow<()>, Error> {
        let seconds = self.seconds();
        self.last.set((seconds, self.rate_over(record.train.examples, seconds)));
        self.before.set(0);
        Ok(ControlFlow::Continue(()))
    }
}
