//! Training: a session is a config that became a network on a device; the loop is on this screen.

mod model;
mod session;
mod shadow;
mod weights;

use crate::{device, losses::Loss, plan::Program};
pub use model::{BuildError, Model, evaluate_rows};
pub use session::{Session, Split};
pub use shadow::Compared;
pub use weights::{Snapshot, Weights, WeightsError, read_weights, write_average, write_weights};

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
}

/// Who watches a training run. The loop has no clock, no files and no terminal: those are here.
pub trait Observer {
    /// Whether it would like to see [`Observer::progress`] now: that makes the host wait for the
    /// device, so it should say yes about once a second.
    fn wants_progress(&mut self) -> bool;
    /// Steps done in this epoch, and the figures of those.
    fn progress(&mut self, epoch: usize, done: usize, of: usize, figures: &Figures);
    /// Steps that were read since the last call.
    fn steps(&mut self, steps: &[StepRecord]) -> Result<(), Error>;
    /// The steps that the CPU twins ran beside the device are done, if there were to be such.
    fn shadow(&mut self, _compared: &[Compared]) {}
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
    /// The loss or a gradient is NaN or infinite.
    #[error(
        "{what} became NaN or infinite at step {step} (epoch {epoch}): try a smaller optimizer.learning_rate; the last good weights are kept"
    )]
    NotFinite {
        /// `the loss` or `a gradient`.
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
        let steps = session.begin_epoch(epoch);
        let (mut done, mut read) = (0, 0);
        for chunk in steps.chunks(session.steps_per_submission()) {
            session.run(Program::Train, chunk).await?;
            done += chunk.len();
            if let Some(compared) = session.shadowed() {
                observer.shadow(&compared);
            }
            let stop = observer.stop();
            if done == steps.len() || stop || observer.wants_progress() {
                let records = session.read_steps(epoch, &steps[read..done]).await?;
                observer.steps(&records)?;
                read = done;
                let last = &steps[done - 1];
                let figures = session.epoch_figures((last.first + last.rows) as usize);
                observer.progress(epoch, last.slot as usize + 1, session.steps_per_epoch(), &figures);
            }
            if stop {
                observer.stopped(&session.snapshot().await?)?;
                return Ok(Outcome::Stopped);
            }
        }
        let record = EpochRecord {
            epoch,
            step: session.updates(),
            learning_rate: session.learning_rate(session.updates() - 1),
            train: session.epoch_figures(session.examples(Split::Train)),
            dev: session.evaluate(Split::Dev).await?,
        };
        if let Some(dev) = record.dev {
            session.observe(dev.loss);
        }
        observer.epoch(&record, &session.snapshot().await?)?;
    }
    Ok(Outcome::Finished)
}

/// Means of sums over examples.
fn figures(loss: &Loss, [loss_sum, hits]: [f64; 2], examples: usize) -> Figures {
    let mean = |sum: f64| sum / examples.max(1) as f64;
    Figures { loss: mean(loss_sum), accuracy: loss.accuracy.then(|| mean(hits)), examples }
}
