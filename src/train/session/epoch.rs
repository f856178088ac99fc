//! What ends an epoch: its record, what the schedule is told, and the snapshot that a run goes on from.

use super::{Evaluation, Session};
use crate::{
    device,
    train::{EpochRecord, Error, Judge, Measured, Snapshot, Stopping, Weights},
};

impl Session {
    /// Tells the schedule the development set's loss after an epoch.
    pub fn observe(&mut self, loss: f64) {
        self.model.schedule.observe(loss);
    }

    /// All steps of the epoch are done; what ends it is still to come, after a stop in the resumed run.
    pub(in crate::train) fn owe_epoch_end(&mut self) {
        self.owed = true;
    }

    /// Ends the run after an epoch, unless it was the last one anyway.
    pub(in crate::train) fn end_early(&mut self) {
        self.early = self.next_epoch().is_some();
    }

    /// Says why the run was ended early, if it was.
    pub(in crate::train) fn say_why(&mut self, stopping: Option<Stopping>) {
        let why = stopping.and_then(|stopping| stopping.why().map(str::to_owned));
        self.why = why.filter(|_| self.early);
    }

    /// Ends an epoch whose steps are all done, with what the development set came to.
    ///
    /// # Errors
    /// Its loss is not finite.
    pub(in crate::train) fn end_epoch(
        &mut self,
        epoch: usize,
        dev: Option<Evaluation>,
        measured: Measured,
    ) -> Result<EpochRecord, Error> {
        let step = self.updates();
        let (dev, metrics) = dev.map_or((None, vec![]), |dev| (Some(dev.figures), dev.metrics));
        // Before the schedule hears of the loss.
        let learning_rate = self.learning_rate(step - 1);
        let train = self.epoch_figures(self.examples_of(epoch));
        for (figures, what) in [
            (dev, "the loss on the development set"),
            (measured.train, "the loss on the training set"),
            (measured.test, "the loss on the test set"),
        ] {
            if figures.is_some_and(|figures| !figures.loss.is_finite()) {
                return Err(Error::NotFinite { what, step, epoch });
            }
        }
        if let Some(dev) = dev {
            self.observe(dev.loss);
        }
        let mut record = EpochRecord { epoch, step, learning_rate, train, dev, metrics, measured, best: false };
        let cost = self.settings().stop.as_ref().map_or(&Judge::Loss, |stop| &stop.judge).cost(&record);
        record.best = cost < self.best;
        self.best = self.best.min(cost);
        self.since = if record.best { 0 } else { self.since + 1 };
        self.owed = false;
        Ok(record)
    }

    /// The parameters, running figures and the optimizer's state as they are now.
    ///
    /// # Errors
    /// The device fails.
    pub async fn snapshot(&mut self) -> Result<Snapshot, device::Error> {
        let plan = self.model.plan.clone();
        let whole = |buffer: usize| plan.buffers[buffer].length;
        let parameters = self.executor.read_reals(plan.ports.parameters, 0, whole(plan.ports.parameters)).await?;
        let state = match plan.ports.state {
            Some(state) => self.executor.read_reals(state, 0, whole(state)).await?,
            None => vec![],
        };
        let running = match plan.ports.running {
            Some(running) => self.executor.read_reals(running, 0, whole(running)).await?,
            None => vec![],
        };
        let schedule = self.model.schedule.memory();
        let (updates, sums, owed, early) = (self.updates, self.sums, self.owed, self.early);
        let (best, since, kept, restored) = (self.best, self.since, self.kept.clone(), false);
        Ok(Snapshot { parameters, running, state, updates, sums, schedule, owed, best, since, early, kept, restored })
    }

    /// The weights alone, as they are evaluated now: for files and other programs.
    ///
    /// # Errors
    /// The device fails.
    pub async fn weights(&mut self) -> Result<Weights, device::Error> {
        let snapshot = self.snapshot().await?;
        Ok(Weights::of(&self.model.plan, snapshot))
    }

    /// A snapshot, if the last update left numbers that are worth keeping: its own loss and gradients are
    /// those before it.
    ///
    /// # Errors
    /// A weight is NaN or infinite; the device fails.
    pub(in crate::train) async fn good_snapshot(&mut self, epoch: usize) -> Result<Snapshot, Error> {
        let snapshot = self.snapshot().await?;
        match snapshot.is_finite() {
            true => Ok(snapshot),
            false => Err(Error::NotFinite { what: "a weight", step: self.updates, epoch }),
        }
    }

    /// Replaces parameters, running figures and state.
    pub fn restore(&mut self, snapshot: &Snapshot) {
        let ports = self.model.plan.ports;
        self.executor.write_reals(ports.parameters, 0, &snapshot.parameters);
        if let Some(running) = ports.running {
            self.executor.write_reals(running, 0, &snapshot.running);
        }
        if let Some(state) = ports.state {
            self.executor.write_reals(state, 0, &snapshot.state);
        }
        (self.updates, self.sums) = (snapshot.updates, snapshot.sums);
        (self.owed, self.best, self.early) = (snapshot.owed, snapshot.best, snapshot.early);
        (self.since, self.kept) = (snapshot.since, snapshot.kept.clone());
        self.model.schedule.remember(&snapshot.schedule);
    }
}
