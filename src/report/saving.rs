//! When a run is saved: at its epochs' ends, within long ones, where it stops, and at its end. Weights of single epochs are
//! kept where that is asked for.

use std::{
    ops::ControlFlow,
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{checkpoints, watcher::Watched};
use crate::{
    plan::Plan,
    train::{EpochRecord, Error, Observer, Session, Snapshot},
};

/// However short epochs are, they are saved no more often than this.
const SAVE: Duration = Duration::from_secs(1);
/// Saving waits for the disk: this many times as long as the last one took, the next one is put off.
const SAVE_SHARE: u32 = 64;
/// But epochs that take longer than this are saved each.
const SAVE_ALWAYS: Duration = Duration::from_secs(10);

/// What is not saved yet, and when it is to be.
pub struct Saving {
    run: Rc<Watched>,
    plan: Arc<Plan>,
    epochs: usize,
    /// Epochs whose weights are kept, beside the last and the best.
    keep: usize,
    began: Instant,
    /// A run may be lost from here on.
    last: Option<Instant>,
    /// How long to wait from there.
    wait: Duration,
    /// The same within an epoch.
    within: Duration,
    /// Whether the newest checkpoint is worth keeping.
    keep_before: bool,
    snapshot: Option<Snapshot>,
    best: Option<Vec<u8>>,
}

impl Saving {
    /// Saves a run, whose newest checkpoint may be damaged.
    pub fn new(run: &Rc<Watched>, session: &Session, damaged: bool) -> Self {
        let train = &session.settings().train;
        Saving {
            run: run.clone(),
            plan: session.model().plan.clone(),
            epochs: train.epochs,
            keep: train.checkpoint.keep,
            began: Instant::now(),
            last: None,
            wait: SAVE,
            within: Duration::from_secs_f64(60.0 * train.checkpoint.minutes),
            keep_before: !damaged,
            snapshot: None,
            best: None,
        }
    }

    /// Everything that a resumed run needs, in an order in which each file may be the last that is written.
    fn save(&mut self, snapshot: &Snapshot) -> Result<(), Error> {
        let begun = Instant::now();
        self.snapshot = None;
        self.run.flush()?;
        if let Some(best) = self.best.take() {
            checkpoints::save_best(&self.run.directory, &best)?;
        }
        checkpoints::save(&self.run.directory, &self.plan, snapshot, self.keep_before)?;
        self.keep_before = true;
        self.last = Some(Instant::now());
        self.run.clock.saved(begun);
        self.wait = (SAVE_SHARE * begun.elapsed()).clamp(SAVE, SAVE_ALWAYS);
        Ok(())
    }
}

impl Observer for Saving {
    fn wants_snapshot(&mut self) -> bool {
        self.last.unwrap_or(self.began).elapsed() >= self.within.max(self.wait)
    }

    fn within(&mut self, snapshot: &Snapshot) -> Result<(), Error> {
        self.save(snapshot)
    }

    fn epoch(&mut self, record: &EpochRecord, snapshot: &Snapshot) -> Result<ControlFlow<()>, Error> {
        if record.best {
            self.best = Some(checkpoints::best(&self.plan, snapshot));
        }
        if self.keep > 1 {
            let weights = checkpoints::best(&self.plan, snapshot);
            checkpoints::keep(&self.run.directory, &weights, record.epoch, self.keep)?;
        }
        let due = self.last.is_none_or(|last| last.elapsed() >= self.wait);
        if due || record.epoch == self.epochs {
            self.save(snapshot)?;
        } else {
            self.snapshot = Some(snapshot.clone());
        }
        Ok(ControlFlow::Continue(()))
    }

    fn stopped(&mut self, snapshot: &Snapshot) -> Result<(), Error> {
        self.save(snapshot)
    }

    /// Saves what is not saved yet.
    fn ended(&mut self) -> Result<(), Error> {
        match self.snapshot.take() {
            Some(snapshot) => self.save(&snapshot),
            None => self.run.flush(),
        }
    }
}
