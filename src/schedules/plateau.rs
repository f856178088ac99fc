//! Reduce on plateau, as PyTorch's ReduceLROnPlateau: when the development set's loss has not
//! fallen by the share `threshold` for more than `patience` epochs, the rate is multiplied by
//! `factor`. The one schedule that is not a function of the step alone: a small state machine
//! remembers what it was told, and a checkpoint must keep that.

use std::sync::Arc;

use serde::Serialize;

use super::{Curve, Kind, initial, keys};
use crate::config;

/// Reduce on plateau.
pub(super) const PLATEAU: Kind = Kind {
    name: "plateau",
    formula: "times factor when the development loss has not fallen for more than patience epochs",
    keys: "initial, factor, patience, threshold, cooldown, minimum",
    read: |table, run| {
        Ok(Arc::new(Plateau {
            initial: initial(table, run)?,
            factor: table
                .number("factor", (std::ops::Bound::Excluded(0.0), std::ops::Bound::Excluded(1.0)))?
                .unwrap_or(0.1),
            patience: table.integer("patience", ..)?.unwrap_or(10) as u64,
            threshold: table.number("threshold", config::FRACTION)?.unwrap_or(1e-4),
            cooldown: table.integer("cooldown", ..)?.unwrap_or(0) as u64,
            minimum: table.number("minimum", config::NOT_NEGATIVE)?.unwrap_or(0.0),
            warmup: 0,
        }))
    },
};

/// Its settings.
#[derive(Debug, Clone, Serialize)]
pub struct Plateau {
    /// The rate before the first reduction.
    pub initial: f64,
    /// What a reduction multiplies it by.
    pub factor: f64,
    /// Epochs without improvement that are borne.
    pub patience: u64,
    /// An improvement is a loss below (1 − threshold) times the best.
    pub threshold: f64,
    /// Epochs after a reduction that do not count as bad.
    pub cooldown: u64,
    /// No rate is smaller.
    pub minimum: f64,
    /// Updates in front that are not its own.
    #[serde(skip)]
    pub(super) warmup: u64,
}

impl Plateau {
    /// Whether a warmup in front of it is over.
    pub(super) fn begun(&self, t: u64) -> bool {
        t >= self.warmup
    }
}

impl Curve for Plateau {
    fn name(&self) -> &'static str {
        PLATEAU.name
    }
    fn at(&self, _: u64) -> f64 {
        self.initial
    }
    fn keys(&self) -> toml::Table {
        keys(self)
    }
    fn plateau(&self) -> Option<&Plateau> {
        Some(self)
    }
}

/// What it remembers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Memory {
    learning_rate: f64,
    best: f64,
    bad_epochs: f64,
    cooldown: f64,
}

/// A reduction that changes less is none, as in PyTorch.
const SMALLEST_CHANGE: f64 = 1e-8;

impl Memory {
    pub fn new(plateau: &Plateau) -> Self {
        Memory { learning_rate: plateau.initial, best: f64::INFINITY, bad_epochs: 0.0, cooldown: 0.0 }
    }

    pub fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    pub fn observe(&mut self, plateau: &Plateau, loss: f64) {
        if loss < self.best * (1.0 - plateau.threshold) {
            (self.best, self.bad_epochs) = (loss, 0.0);
        } else {
            self.bad_epochs += 1.0;
        }
        if self.cooldown > 0.0 {
            (self.cooldown, self.bad_epochs) = (self.cooldown - 1.0, 0.0);
        }
        if self.bad_epochs > plateau.patience as f64 {
            let reduced = (self.learning_rate * plateau.factor).max(plateau.minimum);
            if self.learning_rate - reduced > SMALLEST_CHANGE {
                self.learning_rate = reduced;
            }
            (self.cooldown, self.bad_epochs) = (plateau.cooldown as f64, 0.0);
        }
    }

    pub fn numbers(&self) -> [f64; 4] {
        [self.learning_rate, self.best, self.bad_epochs, self.cooldown]
    }
}

impl From<[f64; 4]> for Memory {
    fn from([learning_rate, best, bad_epochs, cooldown]: [f64; 4]) -> Self {
        Memory { learning_rate, best, bad_epochs, cooldown }
    }
}
