//! How long a run is, how far it is, and whether it has ended.

use super::Session;
use crate::config::Sampling;
use crate::data;

impl Session {
    /// Updates done.
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// Training steps of an epoch.
    pub fn steps_per_epoch(&self) -> usize {
        self.model.dataset.train.len().div_ceil(self.model.plan.batch)
    }

    /// After which update a run ends that has a number of them, within an epoch or not.
    fn last_update(&self) -> u64 {
        self.settings().train.steps.map_or(u64::MAX, |steps| steps as u64)
    }

    /// Training steps that an epoch has, counted from 1: the last may end before the others.
    pub fn steps_of(&self, epoch: usize) -> usize {
        let whole = self.steps_per_epoch();
        let begun = whole as u64 * (epoch as u64 - 1);
        self.last_update().saturating_sub(begun).min(whole as u64) as usize
    }

    /// Examples that an epoch trains on, counted from 1.
    pub(in crate::train) fn examples_of(&self, epoch: usize) -> usize {
        (self.steps_of(epoch) * self.model.plan.batch).min(self.model.dataset.train.len())
    }

    /// Epochs done, to their end.
    pub fn epochs_done(&self) -> usize {
        let whole = self.steps_per_epoch().max(1) as u64;
        let begun = self.updates.div_ceil(whole);
        let ended = self.updates == (begun * whole).min(self.last_update()) && !self.owed;
        begun as usize - usize::from(begun > 0 && !ended)
    }

    /// The epoch that is to be run, or to be gone on with; none if nothing is left to do.
    pub fn next_epoch(&self) -> Option<usize> {
        let next = self.epochs_done() + 1;
        (next <= self.settings().train.epochs && !self.early).then_some(next)
    }

    /// Whether an observer ended the run before its last epoch, now or before it was resumed.
    pub fn ended_early(&self) -> bool {
        self.early
    }

    /// Why [`crate::train::Stopping`] ended it, if it did so in this session.
    pub fn why_ended(&self) -> Option<&str> {
        self.why.as_deref()
    }

    /// Goes on with a run that was ended early.
    pub fn go_on(&mut self) {
        self.early = false;
    }

    /// The order in which an epoch, counted from 1, goes through the training examples.
    pub(super) fn order(&self, epoch: usize) -> Vec<u32> {
        let (train, seed, settings) = (&self.model.dataset.train, self.settings().seed, &self.settings().train);
        match settings.sampling {
            Sampling::Permutation => data::epoch_order(train, seed, epoch as u32 - 1, settings.shuffle),
            Sampling::Independent => {
                let begun = self.steps_per_epoch() as u64 * (epoch as u64 - 1);
                data::independent_order(train, seed, begun, self.model.plan.batch)
            }
        }
    }
}
