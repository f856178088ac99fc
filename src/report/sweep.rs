//! What a sweep's runs came to: a table of them, read from their directories.

mod picture;

use std::path::Path;

use serde_json::Value;

pub use picture::picture;

use super::record::{ReadError, read_epochs, read_summary};

/// How far a run of a sweep is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It has no directory yet.
    Waiting,
    /// It began, and goes on from its checkpoint.
    Unfinished,
    /// All epochs are done.
    Finished,
    /// The loss or a gradient became NaN or infinite.
    Diverged,
}

/// The file of a run's final figures.
pub const SUMMARY: &str = "summary.json";

/// The file by which a run is known to have diverged: it would again.
pub const DIVERGED: &str = "diverged.json";

impl Status {
    /// What a run's directory tells.
    pub fn of(run: &Path) -> Status {
        let has = |file: &str| run.join(file).is_file();
        match () {
            () if has(SUMMARY) => Status::Finished,
            () if has(DIVERGED) => Status::Diverged,
            () if has("config.toml") => Status::Unfinished,
            () => Status::Waiting,
        }
    }

    /// Whether nothing is left to do.
    pub fn is_final(self) -> bool {
        matches!(self, Status::Finished | Status::Diverged)
    }

    /// What the table says.
    pub fn name(self) -> &'static str {
        match self {
            Status::Waiting => "waiting",
            Status::Unfinished => "unfinished",
            Status::Finished => "finished",
            Status::Diverged => "diverged",
        }
    }
}

/// A run of a sweep.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its directory's name.
    pub name: String,
    /// The value that each of the sweep's keys has.
    pub values: Vec<toml::Value>,
    /// How far it is.
    pub status: Status,
    /// Its lines of metrics.jsonl.
    pub epochs: Vec<Value>,
    /// Loss and accuracy on the test set.
    pub test: [Option<f64>; 2],
}

impl Row {
    /// Reads what the run left in the sweep's folder.
    ///
    /// # Errors
    /// A file of it is damaged.
    pub fn read(folder: &Path, name: &str, values: Vec<toml::Value>) -> Result<Row, ReadError> {
        let run = folder.join(name);
        let status = Status::of(&run);
        let epochs = if run.join("metrics.jsonl").is_file() { read_epochs(&run)? } else { vec![] };
        let mut test = [None; 2];
        if status == Status::Finished {
            let summary = read_summary(&run)?;
            test = ["loss", "accuracy"].map(|what| summary["test"][what].as_f64());
        }
        Ok(Row { name: name.to_owned(), values, status, epochs, test })
    }

    /// A figure after the last epoch, such as `dev_loss`.
    pub fn last(&self, key: &str) -> Option<f64> {
        self.epochs.last().and_then(|line| line[key].as_f64())
    }

    /// Which split runs are judged by: the development set if there is one.
    pub fn judge(&self) -> &'static str {
        if self.last("dev_loss").is_some() { "dev" } else { "train" }
    }

    /// The epoch with the least loss on the split that judges.
    pub fn best(&self) -> Option<&Value> {
        let key = format!("{}_loss", self.judge());
        let loss = |line: &&Value| line[&key].as_f64().unwrap_or(f64::INFINITY);
        self.epochs.iter().min_by(|a, b| loss(a).total_cmp(&loss(b)))
    }

    /// Seconds of all epochs, those before an interruption too.
    pub fn seconds(&self) -> f64 {
        self.epochs.iter().filter_map(|line| line["seconds"].as_f64()).fold(0.0, |sum, seconds| sum + seconds)
    }
}

/// A value as a table and a name show it: a text without its quotes, a number in its shortest form.
pub fn plain(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Float(number) => format!("{number:?}"),
        value => value.to_string(),
    }
}

/// The figures behind the keys and the status.
const COLUMNS: [&str; 10] = [
    "train_loss",
    "train_accuracy",
    "dev_loss",
    "dev_accuracy",
    "best_epoch",
    "best_loss",
    "best_accuracy",
    "test_loss",
    "test_accuracy",
    "seconds",
];

/// The table as CSV: a row a run, what has no value is empty. The best epoch is that with the least
/// loss on the development set, or on the training set where there is no other.
pub fn csv(keys: &[String], rows: &[Row]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(vec![]);
    let mut record = |fields: Vec<String>| writer.write_record(fields).expect("memory takes every row");
    let head = ["run".to_owned()].into_iter().chain(keys.iter().cloned());
    let head = head.chain(["status".to_owned(), "epochs".to_owned()]);
    record(head.chain(COLUMNS.map(str::to_owned)).collect());
    for row in rows {
        let judge = row.judge();
        let best = |key: &str| row.best().and_then(|line| line[key].as_f64());
        let last = ["train_loss", "train_accuracy", "dev_loss", "dev_accuracy"].map(|key| row.last(key));
        let best = [best("epoch"), best(&format!("{judge}_loss")), best(&format!("{judge}_accuracy"))];
        let seconds = [Some(row.seconds())];
        let figures = last.into_iter().chain(best).chain(row.test).chain(seconds);
        let mut fields = vec![row.name.clone()];
        fields.extend(row.values.iter().map(plain));
        fields.extend([row.status.name().to_owned(), row.epochs.len().to_string()]);
        fields.extend(figures.map(|figure| figure.map_or(String::new(), |figure| figure.to_string())));
        record(fields);
    }
    writer.into_inner().expect("memory takes every row")
}

/// Runs that differ in their seed alone, in the order of the rows.
pub fn groups<'r>(keys: &[String], rows: &'r [Row]) -> Vec<Vec<&'r Row>> {
    let rest = |row: &Row| {
        let values = keys.iter().zip(&row.values).filter(|(key, _)| *key != "seed");
        values.map(|(_, value)| plain(value)).collect::<Vec<_>>()
    };
    let mut groups: Vec<Vec<&Row>> = vec![];
    for row in rows {
        match groups.iter_mut().find(|group| rest(group[0]) == rest(row)) {
            Some(group) => group.push(row),
            None => groups.push(vec![row]),
        }
    }
    groups
}

/// Mean and deviation (over n − 1; 0 for one value).
pub fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (count - 1.0).max(1.0)).sqrt())
}
