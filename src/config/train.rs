//! `[train]`: how long and in which portions.

use serde::Serialize;

use super::bounds::POSITIVE;
use super::error::Error;
use super::places::Places;
use super::table::Table;
use super::value::Value;

/// Steps and examples are counted in 32 bits.
const MOST: usize = u32::MAX as usize;

/// The section `[train]`, complete: what the user left out has its default.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TrainConfig {
    /// How often the training set is gone through; at least 1.
    pub epochs: usize,
    /// Examples a step; 0 is the whole training set.
    pub batch_size: usize,
    /// A new permutation every epoch; `false` keeps the file's order.
    pub shuffle: bool,
    /// Write every step's loss to steps.jsonl.
    pub log_steps: bool,
    /// What each epoch is measured by on the development set, beside loss and accuracy; see [`crate::metrics::read`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<Value>,
    /// When to save beside the ends of epochs.
    pub checkpoint: CheckpointConfig,
    /// Where the keys stand.
    #[serde(skip)]
    pub places: Places,
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
            batch_size: 32,
            shuffle: true,
            log_steps: false,
            metrics: vec![],
            checkpoint: CheckpointConfig::default(),
            places: Places::default(),
        }
    }
}

impl TrainConfig {
    pub(crate) fn read(table: &Table) -> Result<TrainConfig, Error> {
        let default = TrainConfig::default();
        let config = TrainConfig {
            epochs: table.integer("epochs", 1..=MOST)?.unwrap_or(default.epochs),
            batch_size: table.integer("batch_size", ..=MOST)?.unwrap_or(default.batch_size),
            shuffle: table.boolean("shuffle")?.unwrap_or(default.shuffle),
            log_steps: table.boolean("log_steps")?.unwrap_or(default.log_steps),
            metrics: table.value("metrics").map_or(Ok(vec![]), |all| all.list("metrics").map(<[_]>::to_vec))?,
            places: Places::of(table),
            checkpoint: table.table("checkpoint")?.map_or(Ok(default.checkpoint), CheckpointConfig::read)?,
        };
        table.finish()?;
        Ok(config)
    }
}
