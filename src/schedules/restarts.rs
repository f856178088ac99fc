//! Warm restarts (Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts",
//! ICLR 2017): cosine decay, period after period; each period is `multiplier` times as long as the
//! one before, and begins `decay` times as high.

use std::{f64::consts::PI, sync::Arc};

use serde::Serialize;

use super::{Curve, Kind, initial, keys, last, steps};
use crate::config;

/// Cosine decay with restarts.
pub(super) const RESTARTS: Kind = Kind {
    name: "restarts",
    formula: "final + (initial - final) decay^i (1 + cos(pi u))/2, u = the share of period i that is over",
    keys: "initial, final, period, multiplier, decay",
    read: |table, run| {
        Ok(Arc::new(Restarts {
            initial: initial(table, run)?,
            last: last(table)?,
            period: steps(table, "period", run)?,
            multiplier: table.number("multiplier", 1.0..)?.unwrap_or(1.0),
            decay: table.number("decay", config::POSITIVE)?.unwrap_or(1.0),
        }))
    },
};

/// Keras's class.
pub(super) const KERAS: Kind = Kind {
    name: "CosineDecayRestarts",
    formula: "as restarts, final = alpha initial",
    keys: "initial_learning_rate, first_decay_steps, t_mul, m_mul, alpha",
    read: |table, run| {
        let initial = table.require_number("initial_learning_rate", config::RATE)?;
        Ok(Arc::new(Restarts {
            initial,
            last: initial * table.number("alpha", 0.0..=1.0)?.unwrap_or(0.0),
            period: steps(table, "first_decay_steps", run)?,
            multiplier: table.number("t_mul", 1.0..)?.unwrap_or(2.0),
            decay: table.number("m_mul", config::POSITIVE)?.unwrap_or(1.0),
        }))
    },
};

/// Periods' lengths that are still walked through one by one.
const MANY: f64 = 1e4;

#[derive(Debug, Serialize)]
struct Restarts {
    initial: f64,
    #[serde(rename = "final")]
    last: f64,
    period: u64,
    multiplier: f64,
    decay: f64,
}

impl Curve for Restarts {
    fn name(&self) -> &'static str {
        RESTARTS.name
    }
    fn at(&self, t: u64) -> f64 {
        let (mut left, mut period, mut restarts) = (t as f64, self.period as f64, 0.0);
        if self.multiplier == 1.0 {
            restarts = (left / period).floor();
            left -= restarts * period;
        }
        if self.multiplier > 1.0 && left > MANY * period {
            // The sum of so many periods, solved for their number: a walk through them would not end.
            let ratio = self.multiplier - 1.0;
            restarts = ((left / period * ratio).ln_1p() / ratio.ln_1p()).floor() - 1.0;
            restarts = restarts.max(0.0);
            let grown = (restarts * ratio.ln_1p()).exp();
            left -= period * (grown - 1.0) / ratio;
            period *= grown;
        }
        while left >= period {
            left -= period;
            period *= self.multiplier;
            restarts += 1.0;
        }
        let height = (self.initial - self.last) * self.decay.powf(restarts);
        self.last + height * 0.5 * (1.0 + (PI * left / period).cos())
    }
    fn keys(&self) -> toml::Table {
        keys(self)
    }
}
