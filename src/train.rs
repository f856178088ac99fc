//! Training: a session is a config that became a network on a device; the loop is on this screen.

mod contradictions;
mod model;
mod session;
mod shadow;
mod snapshot;
mod weights;

use std::ops::ControlFlow;

use crate::{device, losses::Loss, plan::Program};
pub use contradictions::{check, check_development, contradictions};
pub use model::{BuildError, Model, evaluate_rows};
pub use session::{Session, Split};
pub use shadow::Compared;
pub use snapshot::Snapshot;
pub use weights::{Weights, WeightsError, is_sealed, read_weights, write_average, write_weights};

/// What a split's examples came to.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Figures {
    /// The mean loss.
    pub loss: f64,
    /// The share of right answers, where the loss has such.
    pub accuracy: Option<f64>,
    /// Examples.
    pub examples: usize,
}

/// One training step, after the fact.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct StepRecord {
    /// Counts from 1.
    pub step: u64,
    /// The batch's mean loss before this step's update.
    pub loss: f64,
    /// The learning rate of this step.
    pub learning_rate: f64,
}

/// One epoch, after the fact.
#[derive(Debug, Clone)]
pub struct EpochRecord {
    /// Counts from 1.
    pub epoch: usize,
    /// Updates so far.
    pub step: u64,
    /// The learning rate of its last step.
    pub learning_rate: f64,
    /// Over the batches as they were trained on.
    pub train: Figures,
    /// After the epoch, on the development set; `None` if that is empty.
    pub dev: Option<Figures>,
    /// Whether no epoch before had as little loss, on the development set or else as it was trained on.
    pub best: bool,
}

/// Who watches a training run. The loop has no clock, no files and no terminal: those are here.
pub trait Observer {
    /// How many steps the device is handed at once, of at most `most`: so few that it is soon heard when
    /// the run is to stop. What is computed does not depend on it.
    fn portion(&mut self, _program: Program, most: usize) -> usize {
        most
    }
    /// The device has done so many steps since the last call: the host waited for them.
    fn waited(&mut self, _program: Program, _steps: usize) {}
    /// Whether it would like to see [`Observer::progress`] now: that makes the host wait for the
    /// device, so it should say yes about once a second.
    fn wants_progress(&mut self) -> bool;
    /// Steps done in this epoch, and the figures of those.
    fn progress(&mut self, epoch: usize, done: usize, of: usize, figures: &Figures);
    /// Steps that were read since the last call.
    fn steps(&mut self, steps: &[StepRecord]) -> Result<(), Error>;
    /// The steps that the CPU twins ran beside the device are done, if there were to be such.
    fn shadow(&mut self, _compared: &[Compared]) {}
    /// Whether it would like to keep the run as it is now, within an epoch.
    fn wants_snapshot(&mut self) -> bool {
        false
    }
    /// The run as it is now, within an epoch.
    fn within(&mut self, _snapshot: &Snapshot) -> Result<(), Error> {
        Ok(())
    }
    /// An epoch ended.
    fn epoch(&mut self, record: &EpochRecord, snapshot: &Snapshot) -> Result<(), Error>;
    /// Whether to stop after the submission that is under way.
    fn stop(&mut self) -> bool;
    /// The run stops here: what a resumed one begins with.
    fn stopped(&mut self, snapshot: &Snapshot) -> Result<(), Error>;
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All epochs were done.
    Finished,
    /// The observer stopped it.
    Stopped,
}

/// What can end a run early.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The device failed.
    #[error(transparent)]
    Device(#[from] device::Error),
    /// The loss, a gradient or a weight is NaN or infinite.
    #[error("{what} became NaN or infinite at step {step} (epoch {epoch}): try a smaller optimizer.learning_rate")]
    NotFinite {
        /// `the loss`, `a gradient`, `a weight`, …
        what: &'static str,
        /// Counts from 1.
        step: u64,
        /// Counts from 1.
        epoch: usize,
    },
    /// A file of the run directory could not be written.
    #[error("{path}: {error}")]
    File {
        /// The file.
        path: String,
        /// What the system says.
        error: std::io::Error,
    },
}

/// Trains until all epochs are done or the observer stops it.
///
/// # Errors
/// See [`Error`].
pub async fn train(session: &mut Session, observer: &mut dyn Observer) -> Result<Outcome, Error> {
    for epoch in session.epochs_done() + 1..=session.config().train.epochs {
        let ended = match run_epoch(session, observer, epoch).await? {
            ControlFlow::Continue(()) => session.evaluate_watched(Split::Dev, Some(observer)).await?,
            ControlFlow::Break(()) => ControlFlow::Break(()),
        };
        match ended {
            ControlFlow::Continue(dev) => {
                let record = session.end_epoch(epoch, dev)?;
                observer.epoch(&record, &session.good_snapshot(epoch).await?)?;
            }
            ControlFlow::Break(()) => {
                observer.stopped(&session.good_snapshot(epoch).await?)?;
                return Ok(Outcome::Stopped);
            }
        }
    }
    Ok(Outcome::Finished)
}

/// Runs the steps that are left of an epoch, or breaks where the observer stops before the last.
async fn run_epoch(session: &mut Session, observer: &mut dyn Observer, epoch: usize) -> Result<ControlFlow<()>, Error> {
    let steps = session.begin_epoch(epoch);
    let (mut done, mut read) = (0, 0);
    while done < steps.len() {
        let portion = observer.portion(Program::Train, session.steps_per_submission()).clamp(1, steps.len() - done);
        session.run(Program::Train, &steps[done..done + portion]).await?;
        done += portion;
        if let Some(compared) = session.shadowed() {
            observer.shadow(&compared);
        }
        let (last, stop) = (done == steps.len(), observer.stop());
        let keep = !last && !stop && observer.wants_snapshot();
        if last || stop || keep || observer.wants_progress() {
            let records = session.read_steps(epoch, &steps[read..done]).await?;
            observer.waited(Program::Train, done - read);
            observer.steps(&records)?;
            read = done;
            let last = &steps[done - 1];
            let figures = session.epoch_figures((last.first + last.rows) as usize);
            observer.progress(epoch, last.slot as usize + 1, session.steps_per_epoch(), &figures);
        }
        if stop && !last {
            return Ok(ControlFlow::Break(()));
        }
        if keep {
            observer.within(&session.good_snapshot(epoch).await?)?;
        }
    }
    session.owe_epoch_end();
    Ok(ControlFlow::Continue(()))
}

/// Means of sums over examples.
fn figures(loss: &Loss, [loss_sum, hits]: [f64; 2], examples: usize) -> Figures {
    let mean = |sum: f64| sum / examples.max(1) as f64;
    Figures { loss: mean(loss_sum), accuracy: loss.accuracy.then(|| mean(hits)), examples }
}
