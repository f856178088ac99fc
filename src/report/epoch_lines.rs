//! metrics.jsonl: a line an epoch.

use std::{ops::ControlFlow, rc::Rc};

use super::watcher::Watched;
use crate::train::{EpochRecord, Error, Observer, Snapshot};

/// Gathers the lines; they are written with the next checkpoint.
pub struct EpochLines {
    run: Rc<Watched>,
}

impl EpochLines {
    /// Those of a run.
    pub fn new(run: &Rc<Watched>) -> Self {
        EpochLines { run: run.clone() }
    }
}

impl Observer for EpochLines {
    fn epoch(&mut self, record: &EpochRecord, _: &Snapshot) -> Result<ControlFlow<()>, Error> {
        let line = line(record, self.run.clock.last());
        self.run.metrics.push(&line);
        self.run.history.borrow_mut().push(line);
        Ok(ControlFlow::Continue(()))
    }
}

fn line(record: &EpochRecord, (seconds, examples_per_second): (f64, f64)) -> serde_json::Value {
    let mut line = serde_json::json!({
        "epoch": record.epoch,
        "step": record.step,
        "learning_rate": record.learning_rate,
        "train_loss": record.train.loss,
        "dev_loss": record.dev.map(|dev| dev.loss),
    });
    let mut put = |key: &str, value: Option<f64>| {
        if let Some(value) = value {
            line[key] = value.into();
        }
    };
    put("train_accuracy", record.train.accuracy);
    put("dev_accuracy", record.dev.and_then(|dev| dev.accuracy));
    for (name, figures) in [("measured_train", record.measured.train), ("test", record.measured.test)] {
        put(&format!("{name}_loss"), figures.map(|figures| figures.loss));
        put(&format!("{name}_accuracy"), figures.and_then(|figures| figures.accuracy));
    }
    put("seconds", Some(seconds));
    put("examples_per_second", Some(examples_per_second));
    for scored in &record.metrics {
        let column = format!("dev_{}", scored.key);
        // The device's own accuracy stays.
        if line.get(&column).is_none() {
            line[column] = scored.score.number().into();
        }
    }
    line
}
