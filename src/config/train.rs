//! `[train]`: how long and in which portions.

use serde::Serialize;

use super::bounds::POSITIVE;
use super::error::{Error, Place};
use super::part::Part;
use super::places::Places;
use super::stop::StopConfig;
use super::table::Table;
use super::value::Value;

/// Steps and examples are counted in 32 bits.
pub(super) const MOST: usize = u32::MAX as usize;

/// The section `[train]`, complete: what the user left out has its default.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TrainConfig {
    /// How often the training set is gone through; at least 1. With `steps` it is as often as those take, once a model
    /// is built.
    pub epochs: usize,
    /// How many updates the run has, in place of `epochs`: it ends within an epoch, if need be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<usize>,
    /// Examples a step; 0 is the whole training set.
    pub batch_size: usize,
    /// A new permutation every epoch; `false` keeps the file's order.
    pub shuffle: bool,
    /// Which examples are in a step.
    pub sampling: Sampling,
    /// Write every step's loss to steps.jsonl.
    pub log_steps: bool,
    /// What each epoch is measured by on the development set, beside loss and accuracy; see [`crate::metrics::read`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<Value>,
    /// What else is evaluated after each epoch, with the weights as they are then: the training set, the test set.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub measure: Vec<Part>,
    /// What ends a run before its last epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop: Option<StopConfig>,
    /// When to save beside the ends of epochs.
    pub checkpoint: CheckpointConfig,
    /// Where the keys stand.
    #[serde(skip)]
    pub places: Places,
}

/// Which training examples are in a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sampling {
    /// Those that come next: an epoch takes each once.
    #[default]
    Permutation,
    /// Each is drawn from all, whatever else was drawn. An epoch draws as many as there are, some twice and some never.
    Independent,
}

/// The key `checkpoint` of `[train]`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CheckpointConfig {
    /// Within an epoch that takes longer, every so many minutes.
    pub minutes: f64,
    /// The weights of so many epochs, the last ones, are kept; 1 keeps no more than the last and the best.
    pub keep: usize,
}

impl Default for CheckpointConfig {
    fn default() -> CheckpointConfig {
        CheckpointConfig { minutes: 10.0, keep: 1 }
    }
}

impl CheckpointConfig {
    fn read(table: &Table) -> Result<CheckpointConfig, Error> {
        let default = CheckpointConfig::default();
        let minutes = table.number("minutes", POSITIVE)?.unwrap_or(default.minutes);
        let keep = table.integer("keep", 1..=MOST)?.unwrap_or(default.keep);
        table.finish()?;
        Ok(CheckpointConfig { minutes, keep })
    }
}

impl Default for TrainConfig {
    fn default() -> TrainConfig {
        TrainConfig {
            epochs: 10,
            steps: None,
            batch_size: 32,
            shuffle: true,
            sampling: Sampling::default(),
            log_steps: false,
            metrics: vec![],
            measure: vec![],
            stop: None,
            checkpoint: CheckpointConfig::default(),
            places: Places::default(),
        }
    }
}

impl TrainConfig {
    pub(crate) fn read(table: &Table) -> Result<TrainConfig, Error> {
        let default = TrainConfig::default();
        let (epochs, steps) = (table.integer("epochs", 1..=MOST)?, table.integer("steps", 1..=MOST)?);
        let config = TrainConfig {
            epochs: epochs.unwrap_or(default.epochs),
            steps: steps.filter(|_| epochs.is_none() || is_newer(table, "steps", "epochs")),
            batch_size: table.integer("batch_size", ..=MOST)?.unwrap_or(default.batch_size),
            shuffle: table.boolean("shuffle")?.unwrap_or(default.shuffle),
            sampling: sampling(table)?.unwrap_or(default.sampling),
            log_steps: table.boolean("log_steps")?.unwrap_or(default.log_steps),
            metrics: table.value("metrics").map_or(Ok(vec![]), |all| all.list("metrics").map(<[_]>::to_vec))?,
            measure: Part::read_list(table, "measure", &[Part::Train, Part::Test])?.unwrap_or_default(),
            stop: table.table("stop")?.map(StopConfig::read).transpose()?,
            places: Places::of(table),
            checkpoint: table.table("checkpoint")?.map_or(Ok(default.checkpoint), CheckpointConfig::read)?,
        };
        table.finish()?;
        let newer = is_newer(table, "steps", "epochs") || is_newer(table, "epochs", "steps");
        if epochs.is_some() && steps.is_some() && !newer {
            let error = table.error("steps", "`steps` and `epochs` both say how long the run is");
            return Err(error.help("give one of the two"));
        }
        if config.sampling == Sampling::Independent && !config.shuffle {
            let message = "`shuffle = false` keeps the file's order, where independent examples have none";
            return Err(table.error("sampling", message).help("leave one of the two out"));
        }
        Ok(config)
    }

    /// Where a key of `stop` stands.
    pub(crate) fn stop_place(&self, key: &str) -> Place {
        self.stop.as_ref().map_or(Places::default(), |stop| stop.places.clone()).place("train.stop", key)
    }
}

/// Whether a key is given with `--set`, and another, which would contradict it, stands in a file: then that is not the
/// command line's fault.
fn is_newer(table: &Table, key: &str, other: &str) -> bool {
    table.place_of(key).is_override() && !table.place_of(other).is_override()
}

fn sampling(table: &Table) -> Result<Option<Sampling>, Error> {
    Ok(table.choice("sampling", &["permutation", "independent"])?.map(|choice| match choice {
        "permutation" => Sampling::Permutation,
        _ => Sampling::Independent,
    }))
}
