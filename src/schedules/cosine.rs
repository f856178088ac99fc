//! Cosine decay (Loshchilov and Hutter, "SGDR", ICLR 2017): ε + (α − ε)·½(1 + cos πt/T), and the
//! same in the lecture's other form, ε + (α − ε) cos²(πt/2T). After T both stay at ε, as in Keras;
//! PyTorch's would rise again.

use std::{f64::consts::PI, sync::Arc};

use serde::Serialize;

use super::{Curve, Kind, Run, initial, keys, last, steps, warmup::Warmup};
use crate::config;

/// ½(1 + cos πt/T)
pub(super) const COSINE: Kind = Kind {
    name: "cosine",
    formula: "final + (initial - final)(1 + cos(pi min(t, T)/T))/2",
    keys: "initial, final, steps",
    read: |table, run| Ok(Arc::new(Cosine { squared: false, ..Cosine::read(table, run)? })),
};

/// cos²(πt/2T)
pub(super) const COSINE_SQUARED: Kind = Kind {
    name: "cosine_squared",
    formula: "final + (initial - final) cos(pi min(t, T)/(2 T))^2",
    keys: "initial, final, steps",
    read: |table, run| Ok(Arc::new(Cosine { squared: true, ..Cosine::read(table, run)? })),
};

/// Keras's class: `alpha` is the last rate as a share of the largest one; with `warmup_target` the
/// rate first rises there from the initial one in `warmup_steps`.
pub(super) const KERAS: Kind = Kind {
    name: "CosineDecay",
    formula: "as cosine, final = alpha initial",
    keys: "initial_learning_rate, decay_steps, alpha, warmup_target, warmup_steps",
    read: keras,
};

fn keras(table: &config::Table, run: &Run) -> Result<Arc<dyn Curve>, config::Error> {
    // Keras allows to start a warmup from 0.
    let start = table.require_number("initial_learning_rate", config::NOT_NEGATIVE)?;
    let alpha = table.number("alpha", 0.0..=1.0)?.unwrap_or(0.0);
    let target = table.number("warmup_target", config::RATE)?;
    let warmup = table.integer("warmup_steps", ..)?.unwrap_or(0) as u64;
    let steps = steps(table, "decay_steps", &Run { steps: run.steps.saturating_sub(warmup), ..*run })?;
    let largest = target.unwrap_or(start);
    if largest <= 0.0 {
        return Err(table.error("initial_learning_rate", "the learning rate would always be 0"));
    }
    let curve = Arc::new(Cosine { squared: false, initial: largest, last: alpha * largest, steps });
    match target {
        Some(_) if warmup > 0 => Ok(Arc::new(Warmup { steps: warmup, start: Some(start), curve })),
        _ => Ok(curve),
    }
}

#[derive(Debug, Serialize)]
struct Cosine {
    #[serde(skip)]
    squared: bool,
    initial: f64,
    #[serde(rename = "final")]
    last: f64,
    steps: u64,
}

impl Cosine {
    fn read(table: &config::Table, run: &Run) -> Result<Self, config::Error> {
        let (initial, last) = (initial(table, run)?, last(table)?);
        Ok(Cosine { squared: false, initial, last, steps: steps(table, "steps", run)? })
    }
}

impl Curve for Cosine {
    fn name(&self) -> &'static str {
        if self.squared { COSINE_SQUARED.name } else { COSINE.name }
    }
    fn at(&self, t: u64) -> f64 {
        // Where the cosine is 0, its rounded value is not.
        if t >= self.steps {
            return self.last;
        }
        let share = t as f64 / self.steps as f64;
        let factor = match self.squared {
            true => (PI * share / 2.0).cos().powi(2),
            false => 0.5 * (1.0 + (PI * share).cos()),
        };
        self.last + (self.initial - self.last) * factor
    }
    fn keys(&self) -> toml::Table {
        keys(self)
    }
}
