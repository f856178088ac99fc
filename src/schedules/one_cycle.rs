//! One cycle (Smith and Topin, "Super-convergence", 2017), as PyTorch's OneCycleLR: up to the peak
//! in the first `rise` of the run, then down to almost nothing, both along half a cosine.

use std::{f64::consts::PI, sync::Arc};

use serde::Serialize;

use super::{Curve, Kind, keys, steps};
use crate::config;

/// Up and down.
pub(super) const ONE_CYCLE: Kind = Kind {
    name: "one_cycle",
    formula: "half a cosine from initial up to peak at t = rise T - 1, then one down to final at t = T - 1",
    keys: "peak, initial, final, rise, steps",
    read: |table, run| {
        let peak = table.number("peak", config::RATE)?.unwrap_or(run.learning_rate);
        let initial = table.number("initial", config::RATE)?.unwrap_or(peak / 25.0);
        Ok(Arc::new(OneCycle {
            peak,
            initial,
            last: table.number("final", config::NOT_NEGATIVE)?.unwrap_or(initial / 1e4),
            rise: table.number("rise", config::FRACTION)?.unwrap_or(0.3),
            steps: steps(table, "steps", run)?,
        }))
    },
};

#[derive(Debug, Serialize)]
struct OneCycle {
    peak: f64,
    initial: f64,
    #[serde(rename = "final")]
    last: f64,
    rise: f64,
    steps: u64,
}

impl Curve for OneCycle {
    fn name(&self) -> &'static str {
        ONE_CYCLE.name
    }
    fn at(&self, t: u64) -> f64 {
        let end = self.steps as f64 - 1.0;
        let top = (self.rise * self.steps as f64 - 1.0).max(0.0);
        let t = (t as f64).min(end);
        let (from, to, share) = match t <= top && top > 0.0 {
            true => (self.initial, self.peak, t / top),
            // A run of one step has no length to divide by.
            false => (self.peak, self.last, if end > top { (t - top) / (end - top) } else { 0.0 }),
        };
        to + (from - to) / 2.0 * (1.0 + (PI * share).cos())
    }
    fn keys(&self) -> toml::Table {
        keys(self)
    }
}
