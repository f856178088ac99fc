//! What ends a run before its last epoch: a loss or an error that is small enough, or epochs that are no better.

use std::ops::ControlFlow;

use super::{EpochRecord, Error, Figures, Observer, Session, Snapshot};
use crate::{
    config::{self, Kind, Part, TrainConfig, Value},
    losses::Loss,
    metrics::{self, Asked, Better},
};

/// When a run is to end before its last epoch, and with which weights: the config's `[train.stop]`, or in code
/// `Settings::of(100, 32).stop(Stop { patience: Some(5), ..Stop::default() })`.
#[derive(Clone, Debug, PartialEq)]
pub struct Stop {
    /// The loss is no more than this.
    pub loss_below: Option<f64>,
    /// The share of wrong answers is no more than this.
    pub error_below: Option<f64>,
    /// Whose loss and error those are: of the training set, with the epoch's last weights where those are measured, else as
    /// it was trained on; or of the development set.
    pub of: Part,
    /// So many epochs after each other were no better than the best before.
    pub patience: Option<usize>,
    /// What makes an epoch better.
    pub judge: Judge,
    /// Whether the weights of the best epoch are the run's final ones, however it ends.
    pub restore_best: bool,
}

/// By what epochs are compared: a figure of the development set, or of the training set as it was trained on where there
/// is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Judge {
    /// Less loss is better.
    #[default]
    Loss,
    /// More right answers are better.
    Accuracy,
    /// A metric of the development set.
    Metric(Asked),
}

/// A run that nothing ends.
impl Default for Stop {
    fn default() -> Stop {
        let judge = Judge::default();
        Stop { loss_below: None, error_below: None, of: Part::Train, patience: None, judge, restore_best: false }
    }
}

impl Judge {
    fn read(value: &Value) -> Result<Judge, config::Error> {
        Ok(match &value.kind {
            Kind::String(name) if name == "loss" => Judge::Loss,
            Kind::String(name) if name == "accuracy" => Judge::Accuracy,
            _ => Judge::Metric(metrics::read_one(value, "metric")?),
        })
    }

    /// What an epoch came to; less is better. Infinite where there is no value.
    pub fn cost(&self, record: &EpochRecord) -> f64 {
        let figures = record.dev.unwrap_or(record.train);
        let cost = match self {
            Judge::Loss => Some(figures.loss),
            Judge::Accuracy => figures.accuracy.map(|accuracy| -accuracy),
            Judge::Metric(asked) => {
                let scored = record.metrics.iter().find(|scored| scored.key == asked.key());
                let number = scored.and_then(|scored| scored.score.number());
                number.map(|number| if asked.metric.better == Better::More { -number } else { number })
            }
        };
        cost.unwrap_or(f64::INFINITY)
    }

    fn name(&self) -> String {
        match self {
            Judge::Loss => "loss".into(),
            Judge::Accuracy => "accuracy".into(),
            Judge::Metric(asked) => asked.key(),
        }
    }
}

impl Stop {
    /// That of a config.
    ///
    /// # Errors
    /// A metric that is unknown, a matrix, or has other keys.
    pub fn read(config: &TrainConfig) -> Result<Option<Stop>, config::Error> {
        let Some(stop) = &config.stop else { return Ok(None) };
        let default = Stop::default();
        Ok(Some(Stop {
            loss_below: stop.loss_below,
            error_below: stop.error_below,
            of: stop.of.unwrap_or(default.of),
            patience: stop.patience,
            judge: stop.metric.as_ref().map_or(Ok(default.judge), Judge::read)?,
            restore_best: stop.restore_best,
        }))
    }

    /// The metric that is to be measured for it.
    pub fn metric(&self) -> Option<&Asked> {
        match &self.judge {
            Judge::Metric(asked) => Some(asked),
            Judge::Loss | Judge::Accuracy => None,
        }
    }

    /// The key by which it looks at the development set, if it does.
    pub(super) fn key_of_development(&self) -> Option<&'static str> {
        let bounds = self.loss_below.is_some() || self.error_below.is_some();
        match self {
            Stop { patience: Some(_), .. } => Some("patience"),
            Stop { restore_best: true, .. } => Some("restore_best"),
            Stop { judge: Judge::Metric(_), .. } => Some("metric"),
            Stop { of: Part::Dev, .. } if bounds => Some("of"),
            _ => None,
        }
    }

    /// Refuses what can't be measured of what a loss trains. `place` is where a key stands.
    pub(super) fn check(&self, loss: &Loss, place: impl Fn(&str) -> config::Place) -> Result<(), config::Error> {
        let key = match self {
            Stop { error_below: Some(_), .. } => "error_below",
            Stop { judge: Judge::Accuracy, .. } => "metric",
            _ => return metrics::check(self.metric().cloned().as_slice(), loss),
        };
        if loss.accuracy {
            return Ok(());
        }
        let message = format!("the loss `{}` trains numbers, of which none is right or wrong", loss.name);
        Err(config::Error::new(&place(key), message).help("take the loss, or a metric of numbers"))
    }

    /// Which bound an epoch keeps to, in words.
    fn bound(&self, record: &EpochRecord) -> Option<String> {
        let (figures, whose) = match self.of {
            Part::Dev => (record.dev?, "on the development set"),
            _ => (record.measured.train.unwrap_or(record.train), "on the training set"),
        };
        let Figures { loss, accuracy, .. } = figures;
        let error = accuracy.map(|accuracy| 1.0 - accuracy);
        let kept = |value: Option<f64>, bound: Option<f64>, what: &str| {
            let (value, bound) = (value?, bound?);
            (value <= bound).then(|| format!("the {what} {whose} is {value:.6}, no more than {bound}"))
        };
        kept(Some(loss), self.loss_below, "loss").or_else(|| kept(error, self.error_below, "error"))
    }
}

/// Watches a run for a [`Stop`], and ends it. Runs whose settings have one are watched by [`crate::train::train`] itself.
#[derive(Clone, Debug)]
pub struct Stopping {
    stop: Stop,
    best: f64,
    since: usize,
    why: Option<String>,
}

impl Stopping {
    /// From the beginning of a run on.
    pub fn new(stop: Stop) -> Stopping {
        Stopping { stop, best: f64::INFINITY, since: 0, why: None }
    }

    /// What a session's settings want, from where it is on.
    pub fn of(session: &Session) -> Option<Stopping> {
        let stop = session.settings().stop.clone()?;
        let (best, since) = session.best();
        Some(Stopping { best, since, ..Stopping::new(stop) })
    }

    /// Whether the run is to end after this epoch, the next one that it is told of.
    pub fn ends(&mut self, record: &EpochRecord) -> bool {
        let cost = self.stop.judge.cost(record);
        (self.best, self.since) = if cost < self.best { (cost, 0) } else { (self.best, self.since + 1) };
        let waited = self.stop.patience.filter(|&patience| self.since >= patience);
        let no_better = waited.map(|epochs| format!("no better {} for {epochs} epochs", self.stop.judge.name()));
        self.why = self.stop.bound(record).or(no_better);
        self.why.is_some()
    }

    /// Why it ended the run, in words; none if it did not.
    pub fn why(&self) -> Option<&str> {
        self.why.as_deref()
    }
}

impl Observer for Stopping {
    fn epoch(&mut self, record: &EpochRecord, _: &Snapshot) -> Result<ControlFlow<()>, Error> {
        Ok(if self.ends(record) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::Measured;

    fn record(epoch: usize, train: [f64; 2], dev: [f64; 2]) -> EpochRecord {
        let figures = |[loss, accuracy]: [f64; 2]| Figures { loss, accuracy: Some(accuracy), examples: 10 };
        let (train, dev, metrics) = (figures(train), Some(figures(dev)), vec![]);
        let (step, learning_rate, measured) = (epoch as u64, 0.1, Measured::default());
        EpochRecord { epoch, step, learning_rate, train, dev, metrics, measured, best: false }
    }

    /// After which epoch a run with these losses and accuracies of the development set ends.
    fn ends(stop: Stop, epochs: &[[f64; 2]]) -> Option<usize> {
        let mut stopping = Stopping::new(stop);
        let ends = |(at, &dev): (usize, &[f64; 2])| {
            let snapshot = Snapshot::default();
            let flow = stopping.epoch(&record(at + 1, [0.5, 0.9], dev), &snapshot).unwrap();
            flow.is_break().then_some(at + 1)
        };
        epochs.iter().enumerate().find_map(ends)
    }

    #[test]
    fn patience_counts_epochs_after_the_best() {
        let losses = [[1.0, 0.5], [0.8, 0.6], [0.9, 0.7], [0.8, 0.7], [0.7, 0.6], [0.7, 0.6], [0.9, 0.6], [0.7, 0.8]];
        let patience = |epochs| Stop { patience: Some(epochs), ..Stop::default() };
        assert_eq!(ends(patience(1), &losses), Some(3));
        assert_eq!(ends(patience(2), &losses), Some(4), "as good is no better");
        assert_eq!(ends(patience(3), &losses), Some(8));
        let right = Stop { judge: Judge::Accuracy, ..patience(3) };
        assert_eq!(ends(right, &losses), Some(6), "the accuracy was best after epoch 3");
        assert_eq!(ends(Stop::default(), &losses), None);
    }

    #[test]
    fn bounds_are_of_the_part_that_is_named() {
        let epochs = [[0.9, 0.5], [0.4, 0.95], [0.3, 1.0]];
        let bounded = |loss_below, error_below, of| Stop { loss_below, error_below, of, ..Stop::default() };
        assert_eq!(ends(bounded(Some(0.4), None, Part::Dev), &epochs), Some(2));
        assert_eq!(ends(bounded(None, Some(0.0), Part::Dev), &epochs), Some(3), "no error is no more than none");
        assert_eq!(ends(bounded(Some(0.45), None, Part::Train), &epochs), None);
        assert_eq!(ends(bounded(Some(0.5), None, Part::Train), &epochs), Some(1));
        // Where the training set is measured, its figures are those of the weights as they are.
        let measured = Measured { train: Some(Figures { loss: 0.1, accuracy: None, examples: 10 }), test: None };
        let record = EpochRecord { measured, ..record(1, [0.5, 0.9], [0.5, 0.9]) };
        let mut stopping = Stopping::new(bounded(Some(0.1), None, Part::Train));
        assert!(stopping.epoch(&record, &Snapshot::default()).unwrap().is_break());
        assert_eq!(stopping.why(), Some("the loss on the training set is 0.100000, no more than 0.1"));
    }
}
