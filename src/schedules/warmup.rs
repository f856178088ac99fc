//! Warmup: N steps in front of any schedule in which the rate rises linearly to that schedule's
//! first one; the schedule's own t begins after them. Without `warmup_start` step n of them (from 1)
//! has n/N of the rate, so that none is wasted on a rate of 0; with it the rate rises from there in
//! Keras's manner, start + (target − start) t/N.

use std::sync::Arc;

use super::{Curve, Plateau, Reader, Run};
use crate::config;

/// A schedule with its warmup.
#[derive(Debug)]
pub(super) struct Warmup {
    /// N
    pub steps: u64,
    /// Where the rate begins.
    pub start: Option<f64>,
    /// What follows.
    pub curve: Arc<dyn Curve>,
}

/// Reads the warmup's keys and the schedule behind it.
pub(super) fn read(table: &config::Table, run: &Run, behind: Reader) -> Result<Arc<dyn Curve>, config::Error> {
    let steps = table.integer("warmup", ..)?.unwrap_or(0) as u64;
    let start = table.number("warmup_start", config::NOT_NEGATIVE)?;
    let curve = behind(table, &Run { steps: run.steps.saturating_sub(steps), ..*run })?;
    match (steps, start) {
        (0, Some(_)) => Err(table.error("warmup_start", "`warmup_start` needs `warmup`, the number of steps")),
        (0, None) => Ok(curve),
        _ if table.has("warmup_target") => {
            Err(table.error("warmup", "a warmup is there already: `warmup_target` and `warmup_steps`"))
        }
        _ => Ok(Arc::new(Warmup { steps, start, curve: delayed(curve, steps) })),
    }
}

/// A plateau's own time is kept elsewhere: it is told how long to wait.
fn delayed(curve: Arc<dyn Curve>, steps: u64) -> Arc<dyn Curve> {
    match curve.plateau() {
        Some(plateau) => Arc::new(Plateau { warmup: steps, ..plateau.clone() }),
        None => curve,
    }
}

impl Curve for Warmup {
    fn name(&self) -> &'static str {
        self.curve.name()
    }
    fn at(&self, t: u64) -> f64 {
        if t >= self.steps {
            return self.curve.at(t - self.steps);
        }
        let target = self.curve.largest();
        match self.start {
            None => target * (t + 1) as f64 / self.steps as f64,
            Some(start) => start + (target - start) * t as f64 / self.steps as f64,
        }
    }
    fn keys(&self) -> toml::Table {
        let mut keys = self.curve.keys();
        keys.insert("warmup".into(), (self.steps as i64).into());
        if let Some(start) = self.start {
            keys.insert("warmup_start".into(), start.into());
        }
        keys
    }
    fn plateau(&self) -> Option<&Plateau> {
        self.curve.plateau()
    }
}
