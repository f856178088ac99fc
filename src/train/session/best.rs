//! The best epoch so far, and its weights, where they are to be the final ones.

use std::sync::Arc;

use super::Session;
use crate::train::{EpochRecord, Kept, Snapshot, Weights};

impl Session {
    /// The least cost of an epoch, see [`crate::train::Judge::cost`], and how many epochs ended since then.
    pub fn best(&self) -> (f64, usize) {
        (self.best, self.since)
    }

    /// The best epoch, where its weights are the final ones and not those of the last epoch.
    pub fn restored_epoch(&self) -> Option<usize> {
        let wanted = self.settings().stop.as_ref().is_some_and(|stop| stop.restore_best);
        let kept = self.kept.as_ref().filter(|_| wanted && self.next_epoch().is_none())?;
        (kept.epoch != self.epochs_done()).then_some(kept.epoch)
    }

    /// Keeps the weights of an epoch that is the best so far.
    pub(in crate::train) fn keep_best(&mut self, record: &EpochRecord, snapshot: &mut Snapshot) {
        if record.best && self.settings().stop.as_ref().is_some_and(|stop| stop.restore_best) {
            snapshot.kept = None;
            let weights = Weights::of(&self.model.plan, snapshot.clone());
            self.kept = Some(Arc::new(Kept { epoch: record.epoch, weights }));
            snapshot.kept = self.kept.clone();
        }
    }

    /// A snapshot that knows whether the run ends with it, early or with other weights. A resumed run that is to go on
    /// does so from the last ones.
    pub(in crate::train) fn ended(&self, snapshot: Snapshot) -> Snapshot {
        Snapshot { early: self.early, restored: self.restored_epoch().is_some(), ..snapshot }
    }

    /// Puts the best weights in the place of the last ones, where nothing is left to train and that is wanted.
    pub(in crate::train) fn put_best_back(&mut self) {
        if self.restored_epoch().is_some()
            && let Some(kept) = self.kept.clone()
        {
            self.restore_weights(&kept.weights);
        }
    }
}
