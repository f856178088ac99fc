//! `[train]`: how long and in which portions.

use serde::Serialize;

use super::error::Error;
use super::table::Table;

/// The section `[train]`, complete: what the user left out has its default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrainConfig {
    /// How often the training set is gone through; at least 1.
    pub epochs: usize,
    /// Examples a step; 0 is the whole training set.
    pub batch_size: usize,
    /// A new permutation every epoch; `false` keeps the file's order.
    pub shuffle: bool,
    /// Write every step's loss to steps.jsonl.
    pub log_steps: bool,
}

impl Default for TrainConfig {
    fn default() -> TrainConfig {
        TrainConfig { epochs: 10, batch_size: 32, shuffle: true, log_steps: false }
    }
}

impl TrainConfig {
    pub(crate) fn read(table: &Table) -> Result<TrainConfig, Error> {
        let default = TrainConfig::default();
        let config = TrainConfig {
            epochs: table.integer("epochs", 1..)?.unwrap_or(default.epochs),
            batch_size: table.integer("batch_size", ..)?.unwrap_or(default.batch_size),
            shuffle: table.boolean("shuffle")?.unwrap_or(default.shuffle),
            log_steps: table.boolean("log_steps")?.unwrap_or(default.log_steps),
        };
        table.finish()?;
        Ok(config)
    }
}
