//! Rates that fall like a power of 1/t. Robbins and Monro ("A stochastic approximation method",
//! 1951) ask for Σα = ∞ and Σα² < ∞: α/iᵖ with ½ < p ≤ 1, where i = t + 1 counts from 1.

use std::sync::Arc;

use serde::Serialize;

use super::{Curve, Kind, Run, initial, keys, steps};
use crate::config;

/// α/iᵖ
pub(super) const ROBBINS_MONRO: Kind = Kind {
    name: "robbins_monro",
    formula: "initial/(t+1)^power",
    keys: "initial, power",
    read: |table, run| {
        let power = table.number("power", config::POSITIVE)?.unwrap_or(1.0);
        Ok(Arc::new(RobbinsMonro { initial: initial(table, run)?, power }))
    },
};

/// α/(1 + c t/T)
pub(super) const INVERSE_TIME: Kind = Kind {
    name: "inverse_time",
    formula: "initial/(1 + rate t/T), t/T rounded down with staircase",
    keys: "initial, rate, steps, staircase",
    read: |table, run| {
        Ok(Arc::new(InverseTime {
            initial: initial(table, run)?,
            rate: table.number("rate", config::POSITIVE)?.unwrap_or(1.0),
            steps: table.integer("steps", 1..)?.unwrap_or(1) as u64,
            staircase: table.boolean("staircase")?.unwrap_or(false),
        }))
    },
};

/// α/√i; behind a warmup of N steps α√(N/i), i counting those, too (Vaswani et al., "Attention is all you need", 2017).
/// With a period of many steps the rate stays for so long, and the schedule's time begins behind the warmup, as any's.
pub(super) const INVERSE_SQRT: Kind = Kind {
    name: "inverse_sqrt",
    formula: "initial sqrt(N/(t+1)), N = warmup, or 1; with period initial/sqrt(1 + floor(t/period))",
    keys: "initial, period",
    read: |table, run| {
        let initial = initial(table, run)?;
        match table.integer("period", 1..)? {
            Some(period) => Ok(Arc::new(InverseSqrt { initial, period: period as u64 })),
            None => Ok(Arc::new(Slide { initial, warmup: table.integer("warmup", ..)?.unwrap_or(0) as u64 })),
        }
    },
};

/// Keras's class.
pub(super) const KERAS: Kind = Kind {
    name: "InverseTimeDecay",
    formula: "as inverse_time",
    keys: "initial_learning_rate, decay_steps, decay_rate, staircase",
    read: keras,
};

fn keras(table: &config::Table, run: &Run) -> Result<Arc<dyn Curve>, config::Error> {
    Ok(Arc::new(InverseTime {
        initial: table.require_number("initial_learning_rate", config::RATE)?,
        rate: table.require_number("decay_rate", config::POSITIVE)?,
        steps: steps(table, "decay_steps", run)?,
        staircase: table.boolean("staircase")?.unwrap_or(false),
    }))
}

#[derive(Debug, Serialize)]
struct RobbinsMonro {
    initial: f64,
    power: f64,
}

#[derive(Debug, Serialize)]
struct InverseTime {
    initial: f64,
    rate: f64,
    steps: u64,
    staircase: bool,
}

#[derive(Debug, Serialize)]
struct InverseSqrt {
    initial: f64,
    period: u64,
}

/// The same as the slide has it.
#[derive(Debug, Serialize)]
struct Slide {
    initial: f64,
    /// Steps before its first one.
    #[serde(skip)]
    warmup: u64,
}

impl Curve for RobbinsMonro {
    fn name(&self) -> &'static str {
        ROBBINS_MONRO.name
    }
    fn at(&self, t: u64) -> f64 {
        self.initial / ((t + 1) as f64).powf(self.power)
    }
    fn keys(&self) -> toml::Table {
        keys(self)
    }
}

impl Curve for InverseTime {
    fn name(&self) -> &'static str {
        INVERSE_TIME.name
    }
    fn at(&self, t: u64) -> f64 {
        let share = t as f64 / self.steps as f64;
        self.initial / (1.0 + self.rate * if self.staircase { share.floor() } else { share })
    }
    fn keys(&self) -> toml::Table {
        keys(self)
    }
}

impl Curve for Slide {
    fn name(&self) -> &'static str {
        INVERSE_SQRT.name
    }
    fn at(&self, t: u64) -> f64 {
        let i = self.warmup.saturating_add(t).saturating_add(1);
        self.initial / (i as f64 / self.warmup.max(1) as f64).sqrt()
    }
    fn largest(&self) -> f64 {
        self.initial
    }
    fn keys(&self) -> toml::Table {
        keys(self)
    }
}

impl Curve for InverseSqrt {
    fn name(&self) -> &'static str {
        INVERSE_SQRT.name
    }
    fn at(&self, t: u64) -> f64 {
        self.initial / ((1 + t / self.period) as f64).sqrt()
    }
    fn keys(&self) -> toml::Table {
        keys(self)
    }
}
