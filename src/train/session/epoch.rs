//! What ends an epoch: figures, what the schedule is told, and the snapshot that a run goes on from.

use std::ops::ControlFlow;

use super::{Session, Split};
use crate::{
    device,
    kernels::statistics::FIGURES,
    plan::Program,
    train::{EpochRecord, Error, Figures, Observer, Snapshot, figures},
};

impl Session {
    /// Loss and accuracy over a split; `None` if it is empty. Between epochs only: the training set is
    /// put back into the file's order, so that its sum does not depend on the last permutation.
    ///
    /// # Errors
    /// The device fails.
    pub async fn evaluate(&mut self, split: Split) -> Result<Option<Figures>, device::Error> {
        match self.evaluate_watched(split, None).await? {
            ControlFlow::Continue(figures) => Ok(figures),
            ControlFlow::Break(()) => unreachable!("nobody stops it"),
        }
    }

    /// The same in portions, or a break where the observer stops it.
    ///
    /// # Errors
    /// The device fails.
    pub async fn evaluate_watched(
        &mut self,
        split: Split,
        mut observer: Option<&mut dyn Observer>,
    ) -> Result<ControlFlow<(), Option<Figures>>, device::Error> {
        let range = self.range(split);
        if range.is_empty() {
            return Ok(ControlFlow::Continue(None));
        }
        if split == Split::Train {
            self.executor.write_words(self.model.plan.ports.order, 0, &self.model.dataset.train);
        }
        let steps = self.evaluation_steps(range.clone());
        let (mut done, mut sums) = (0, [0.0; 2]);
        while done < steps.len() {
            let left = steps.len() - done;
            if observer.as_mut().is_some_and(|observer| observer.stop()) {
                return Ok(ControlFlow::Break(()));
            }
            let most = self.steps_per_submission();
            let wanted = observer.as_mut().map(|observer| observer.portion(Program::Evaluate, most));
            let portion = wanted.unwrap_or(left).clamp(1, left);
            self.run(Program::Evaluate, &steps[done..done + portion]).await?;
            let at = [done, portion].map(|steps| steps * FIGURES);
            let read = self.executor.read_reals(self.model.plan.ports.statistics, at[0], at[1]).await?;
            for (at, figure) in read.into_iter().enumerate() {
                sums[at % FIGURES] += f64::from(figure);
            }
            done += portion;
            if let Some(observer) = &mut observer {
                observer.waited(Program::Evaluate, portion);
            }
        }
        Ok(ControlFlow::Continue(Some(figures(self.model.loss, sums, range.len()))))
    }

    /// Tells the schedule the development set's loss after an epoch.
    pub fn observe(&mut self, loss: f64) {
        self.model.schedule.observe(loss);
    }

    /// All steps of the epoch are done; what ends it is still to come, after a stop in the resumed run.
    pub(in crate::train) fn owe_epoch_end(&mut self) {
        self.owed = true;
    }

    /// Ends the run after an epoch, unless it was the last one anyway.
    pub(in crate::train) fn end_early(&mut self) -> bool {
        self.early = self.next_epoch().is_some();
        self.early
    }

    /// Ends an epoch whose steps are all done, with the figures on the development set.
    ///
    /// # Errors
    /// Those are not finite.
    pub(in crate::train) fn end_epoch(&mut self, epoch: usize, dev: Option<Figures>) -> Result<EpochRecord, Error> {
        let step = self.updates();
        // Before the schedule hears of the loss.
        let learning_rate = self.learning_rate(step - 1);
        let train = self.epoch_figures(self.examples(Split::Train));
        if dev.is_some_and(|dev| !dev.loss.is_finite()) {
            return Err(Error::NotFinite { what: "the loss on the development set", step, epoch });
        }
        if let Some(dev) = dev {
            self.observe(dev.loss);
        }
        let judged = dev.map_or(train.loss, |dev| dev.loss);
        let best = judged < self.best;
        self.best = self.best.min(judged);
        self.owed = false;
        Ok(EpochRecord { epoch, step, learning_rate, train, dev, best })
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
        let (updates, sums, owed, best, early) = (self.updates, self.sums, self.owed, self.best, self.early);
        Ok(Snapshot { parameters, running, state, updates, sums, schedule, owed, best, early })
    }

    /// The same, if the last update left numbers that are worth keeping: its own loss and gradients are
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
        self.model.schedule.remember(&snapshot.schedule);
    }
}
