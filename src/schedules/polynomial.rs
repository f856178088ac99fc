//! Polynomial decay: ε + (α − ε)(1 − t/T)ᵖ, and its case p = 1, linear decay.

use std::sync::Arc;

use serde::Serialize;

use super::{Curve, Kind, initial, keys, last, steps};
use crate::config;

/// p = 1.
pub(super) const LINEAR: Kind = Kind {
    name: "linear",
    formula: "final + (initial - final)(1 - min(t, T)/T)",
    keys: "initial, final, steps",
    read: |table, run| {
        Ok(Arc::new(Linear { initial: initial(table, run)?, last: last(table)?, steps: steps(table, "steps", run)? }))
    },
};

/// Any p.
pub(super) const POLYNOMIAL: Kind = Kind {
    name: "polynomial",
    formula: "final + (initial - final)(1 - min(t, T)/T)^power",
    keys: "initial, final, steps, power, cycle",
    read: |table, run| {
        Ok(Arc::new(Polynomial {
            initial: initial(table, run)?,
            last: last(table)?,
            steps: steps(table, "steps", run)?,
            power: table.number("power", config::POSITIVE)?.unwrap_or(1.0),
            cycle: table.boolean("cycle")?.unwrap_or(false),
        }))
    },
};

/// Keras's class, which ends at 1e-4 by default.
pub(super) const KERAS: Kind = Kind {
    name: "PolynomialDecay",
    formula: "as polynomial",
    keys: "initial_learning_rate, decay_steps, end_learning_rate, power, cycle",
    read: |table, run| {
        Ok(Arc::new(Polynomial {
            initial: table.require_number("initial_learning_rate", config::RATE)?,
            last: table.number("end_learning_rate", config::NOT_NEGATIVE)?.unwrap_or(1e-4),
            steps: steps(table, "decay_steps", run)?,
            power: table.number("power", config::POSITIVE)?.unwrap_or(1.0),
            cycle: table.boolean("cycle")?.unwrap_or(false),
        }))
    },
};

#[derive(Debug, Serialize)]
struct Linear {
    initial: f64,
    #[serde(rename = "final")]
    last: f64,
    steps: u64,
}

#[derive(Debug, Serialize)]
struct Polynomial {
    initial: f64,
    #[serde(rename = "final")]
    last: f64,
    steps: u64,
    power: f64,
    /// Begin anew whenever T is reached, with the next multiple of T for T.
    cycle: bool,
}

impl Curve for Linear {
    fn name(&self) -> &'static str {
        LINEAR.name
    }
    fn at(&self, t: u64) -> f64 {
        let left = 1.0 - t.min(self.steps) as f64 / self.steps as f64;
        self.last + (self.initial - self.last) * left
    }
    fn keys(&self) -> toml::Table {
        keys(self)
    }
}

impl Curve for Polynomial {
    fn name(&self) -> &'static str {
        POLYNOMIAL.name
    }
    fn at(&self, t: u64) -> f64 {
        let (t, steps) = match self.cycle {
            true => (t, self.steps.saturating_mul(t.div_ceil(self.steps).max(1))),
            false => (t.min(self.steps), self.steps),
        };
        self.last + (self.initial - self.last) * (1.0 - t as f64 / steps as f64).powf(self.power)
    }
    fn keys(&self) -> toml::Table {
        keys(self)
    }
}
