//! Exponential decay: α c^(t/T). Without T, which is then 1, this is the lecture's α cᵗ, a factor c every minibatch; with
//! `epochs = 1` and `staircase` it is every epoch, PyTorch's γ^epoch.

use std::sync::Arc;

use serde::Serialize;

use super::{Curve, Kind, initial, keys, steps};
use crate::config;

/// α c^(t/T)
pub(super) const EXPONENTIAL: Kind = Kind {
    name: "exponential",
    formula: "initial rate^(t/T), T = 1 without steps; t/T rounded down with staircase",
    keys: "initial, rate, steps, staircase",
    read: |table, run| {
        Ok(Arc::new(Exponential {
            initial: initial(table, run)?,
            rate: table.require_number("rate", config::POSITIVE)?,
            steps: if table.has("steps") || table.has("epochs") { steps(table, "steps", run)? } else { 1 },
            staircase: table.boolean("staircase")?.unwrap_or(false),
        }))
    },
};

/// Keras's class.
pub(super) const KERAS: Kind = Kind {
    name: "ExponentialDecay",
    formula: "as exponential",
    keys: "initial_learning_rate, decay_steps, decay_rate, staircase",
    read: |table, run| {
        Ok(Arc::new(Exponential {
            initial: table.require_number("initial_learning_rate", config::RATE)?,
            rate: table.require_number("decay_rate", config::POSITIVE)?,
            steps: steps(table, "decay_steps", run)?,
            staircase: table.boolean("staircase")?.unwrap_or(false),
        }))
    },
};

#[derive(Debug, Serialize)]
struct Exponential {
    initial: f64,
    rate: f64,
    steps: u64,
    staircase: bool,
}

impl Curve for Exponential {
    fn name(&self) -> &'static str {
        EXPONENTIAL.name
    }
    fn at(&self, t: u64) -> f64 {
        let share = t as f64 / self.steps as f64;
        self.initial * self.rate.powf(if self.staircase { share.floor() } else { share })
    }
    fn keys(&self) -> toml::Table {
        keys(self)
    }
}
