//! Training: a session is a network with its data on a device; the loop is on this screen.

mod contradictions;
mod descent;
mod model;
mod observer;
mod session;
mod settings;
mod shadow;
mod snapshot;
mod stop;
mod weights;

use std::ops::ControlFlow;

use crate::{config::Part, device, losses::Loss, metrics::Scored, plan::Program};
pub use contradictions::{check, check_development, check_sections, contradictions};
pub use descent::Descent;
pub use model::{BuildError, Model, evaluate_rows};
pub use observer::{Observer, Observers};
pub(crate) use session::as_values;
pub use session::{Evaluation, Session, Split};
pub use settings::Settings;
pub use shadow::Compared;
pub use snapshot::{Kept, Snapshot};
pub use stop::{Judge, Stop, Stopping};
pub use weights::{Weights, WeightsError, is_sealed, read_weights, write_average, write_weights};

/// What a split's examples came to.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Figures {
    /// The mean loss.
    pub loss: f64,
    /// The share of right answers, where the loss has such.
    pub accuracy: Option<f64>,
    /// Examples.
    pub examples: usize,
}

impl Figures {
    /// The share of wrong answers, where the loss has such.
    pub fn error(&self) -> Option<f64> {
        self.accuracy.map(|accuracy| 1.0 - accuracy)
    }
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
    /// What `train.metrics` came to there.
    pub metrics: Vec<Scored>,
    /// What `train.measure` wanted.
    pub measured: Measured,
    /// Whether no epoch before was as good: had as little loss, on the development set or else as it was trained on, or
    /// what [`Stop::judge`] says.
    pub best: bool,
}

/// Parts that were evaluated after an epoch beside the development set, with the weights as they were then.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Measured {
    /// The training set.
    pub train: Option<Figures>,
    /// The test set.
    pub test: Option<Figures>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All epochs were done.
    Finished,
    /// An observer ended it after an epoch that was not the last: nothing is left to do.
    StoppedEarly,
    /// An observer stopped it: a resumed run goes on there.
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

/// Trains until all epochs are done, or what the settings stop at comes first, or an observer stops it:
/// `train(&mut session, &mut [&mut a, &mut b])`.
///
/// # Errors
/// See [`Error`].
pub async fn train(session: &mut Session, observers: &mut [&mut dyn Observer]) -> Result<Outcome, Error> {
    let mut stopping = Stopping::of(session);
    let mut observers = Observers(observers);
    let outcome = run_epochs(session, &mut observers, stopping.as_mut()).await;
    // A run that ended before its shadow.
    if let Some(compared) = session.end_shadow() {
        observers.shadow(&compared);
    }
    let ended = observers.ended();
    session.say_why(stopping);
    outcome.and_then(|outcome| ended.map(|()| outcome))
}

/// Runs the epochs that are left.
async fn run_epochs(
    session: &mut Session,
    observer: &mut dyn Observer,
    mut stopping: Option<&mut Stopping>,
) -> Result<Outcome, Error> {
    while let Some(epoch) = session.next_epoch() {
        observer.begin(epoch);
        let ended = match run_epoch(session, observer, epoch).await? {
            ControlFlow::Continue(()) => look(session, observer).await?,
            ControlFlow::Break(()) => ControlFlow::Break(()),
        };
        let ControlFlow::Continue((dev, measured)) = ended else {
            observer.stopped(&session.good_snapshot(epoch).await?)?;
            return Ok(Outcome::Stopped);
        };
        let record = session.end_epoch(epoch, dev, measured)?;
        let mut snapshot = session.good_snapshot(epoch).await?;
        session.keep_best(&record, &mut snapshot);
        // Before anybody saves: what is saved knows that it is the end.
        if stopping.as_mut().is_some_and(|stopping| stopping.ends(&record)) {
            session.end_early();
        }
        let snapshot = session.ended(snapshot);
        if observer.epoch(&record, &snapshot)?.is_break() {
            session.end_early();
        }
        let snapshot = session.ended(snapshot);
        if snapshot.early || snapshot.restored {
            observer.stopped(&snapshot)?;
        }
    }
    session.put_best_back();
    Ok(if session.ended_early() { Outcome::StoppedEarly } else { Outcome::Finished })
}

/// Evaluates what an epoch is judged by and what is to be measured, or breaks where the observer stops.
async fn look(
    session: &mut Session,
    observer: &mut dyn Observer,
) -> Result<ControlFlow<(), (Option<Evaluation>, Measured)>, Error> {
    let (metrics, wanted) = (session.settings().metrics.clone(), session.settings().train.measure.clone());
    let ControlFlow::Continue(dev) = session.evaluate_watched(Split::Dev, &metrics, Some(observer)).await? else {
        return Ok(ControlFlow::Break(()));
    };
    let mut measured = Measured::default();
    for part in wanted {
        let (split, figures) = match part {
            Part::Train => (Split::Train, &mut measured.train),
            Part::Test => (Split::Test, &mut measured.test),
            Part::Dev => continue,
        };
        let ControlFlow::Continue(found) = session.evaluate_watched(split, &[], Some(observer)).await? else {
            return Ok(ControlFlow::Break(()));
        };
        *figures = found.map(|found| found.figures);
    }
    Ok(ControlFlow::Continue((dev, measured)))
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
            observer.progress(epoch, last.slot as usize + 1, session.steps_of(epoch), &figures);
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
