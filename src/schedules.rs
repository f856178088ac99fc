//! The learning rate as a pure function of the step. A schedule's t is the number of updates done
//! before a step, as in Keras and PyTorch: 0 for the first. Where an update takes several batches, the
//! dialect says which of both t counts. To add one, write its file and its line in [`ALL`].
//!
//! A config gives a number, or a table `{ schedule = "cosine", initial = 1e-3, … }`. The keys that
//! say how long something takes count what t counts; `epochs` in place of `steps` or `period` counts
//! epochs, and without either it is the whole run. `warmup = N` goes in front of any schedule.

mod constant;
mod cosine;
mod exponential;
mod inverse;
mod one_cycle;
mod piecewise;
mod plateau;
mod polynomial;
mod restarts;
mod sequence;
mod warmup;

use std::sync::Arc;

use crate::{config, optimizers::Rule};
pub use plateau::Plateau;

/// What a schedule may depend on beside its keys.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Run {
    /// Steps of the whole run, a batch each.
    pub steps: u64,
    /// Steps of an epoch.
    pub steps_per_epoch: u64,
    /// How many of them are one of the schedule's: its t counts batches or updates, which are not the
    /// same where batches are accumulated; see [`crate::optimizers::Rule::schedule_stride`].
    pub stride: u64,
    /// The optimizer's own learning rate, for a config that gives none.
    pub learning_rate: f64,
}

impl Run {
    /// One by which a schedule's keys can be checked: what they may be does not depend on the run's length.
    pub(crate) fn any(rule: &dyn Rule) -> Run {
        let (stride, learning_rate) = (rule.schedule_stride().max(1), rule.default_learning_rate());
        Run { steps: 1 << 20, steps_per_epoch: 1 << 10, stride, learning_rate }
    }
}

/// Reads a schedule's keys.
pub type Reader = fn(&config::Table, &Run) -> Result<Arc<dyn Curve>, config::Error>;

/// One schedule as configs name it.
pub struct Kind {
    /// The name in configs.
    pub name: &'static str,
    /// α at t.
    pub formula: &'static str,
    /// Its keys, for the reference.
    pub keys: &'static str,
    /// Reads them.
    pub read: Reader,
}

/// Every schedule, in increasing complexity; Keras's classes last.
pub const ALL: &[Kind] = &[
    constant::CONSTANT,
    polynomial::LINEAR,
    polynomial::POLYNOMIAL,
    inverse::ROBBINS_MONRO,
    inverse::INVERSE_TIME,
    inverse::INVERSE_SQRT,
    exponential::EXPONENTIAL,
    cosine::COSINE,
    cosine::COSINE_SQUARED,
    piecewise::PIECEWISE,
    restarts::RESTARTS,
    one_cycle::ONE_CYCLE,
    plateau::PLATEAU,
    sequence::SEQUENCE,
    piecewise::KERAS,
    polynomial::KERAS,
    exponential::KERAS,
    inverse::KERAS,
    cosine::KERAS,
    restarts::KERAS,
];

/// A schedule with its settings.
pub trait Curve: std::fmt::Debug + Send + Sync {
    /// The name in configs.
    fn name(&self) -> &'static str;
    /// The learning rate after `t` updates.
    fn at(&self, t: u64) -> f64;
    /// What a warmup in front of it rises to.
    fn largest(&self) -> f64 {
        self.at(0)
    }
    /// Its keys and their values, defaults included.
    fn keys(&self) -> toml::Table;
    /// The settings of a schedule that looks at the development set's loss.
    fn plateau(&self) -> Option<&Plateau> {
        None
    }
}

/// A learning rate for every step.
#[derive(Debug, Clone)]
pub struct Schedule {
    curve: Arc<dyn Curve>,
    stride: u64,
    memory: Option<plateau::Memory>,
}

/// Schedules are what configs call them.
impl PartialEq for Schedule {
    fn eq(&self, other: &Self) -> bool {
        self.to_toml() == other.to_toml() && self.stride == other.stride && self.memory == other.memory
    }
}

impl Schedule {
    /// A learning rate that stays.
    pub fn constant(learning_rate: f64) -> Self {
        Schedule::of(Arc::new(constant::Constant { initial: learning_rate }), 1)
    }

    fn of(curve: Arc<dyn Curve>, stride: u64) -> Self {
        let memory = curve.plateau().map(plateau::Memory::new);
        Schedule { curve, stride, memory }
    }

    /// Reads the key `learning_rate` of an optimizer.
    ///
    /// # Errors
    /// A rate that is not positive; an unknown schedule or key, with the nearest right one.
    pub fn read(optimizer: &config::OptimizerConfig, run: &Run) -> Result<Self, config::Error> {
        let keys = &optimizer.keys;
        match keys.value("learning_rate").map(|value| &value.kind) {
            Some(config::Kind::Table(table)) => {
                let own = Run { steps: run.steps / run.stride, ..*run };
                Ok(Schedule::of(read(table, &own)?, run.stride))
            }
            Some(config::Kind::Integer(_) | config::Kind::Float(_)) | None => {
                let rate = keys.number("learning_rate", config::RATE)?;
                Ok(Schedule::constant(rate.unwrap_or(run.learning_rate)))
            }
            Some(_) => {
                let error = keys.error("learning_rate", "`learning_rate` must be a number above 0, or a schedule");
                Err(error.help("such as { schedule = \"cosine\", initial = 1e-3 }"))
            }
        }
    }

    /// How far the schedule is after so many steps of training.
    pub fn counted(&self, steps: u64) -> u64 {
        steps / self.stride
    }

    /// What its t counts.
    pub fn unit(&self) -> &'static str {
        if self.stride == 1 { "steps" } else { "updates" }
    }

    /// The learning rate after `steps` steps of training.
    pub fn at(&self, steps: u64) -> f64 {
        let t = self.counted(steps);
        match (&self.memory, self.curve.plateau()) {
            (Some(memory), Some(plateau)) if plateau.begun(t) => memory.learning_rate(),
            _ => self.curve.at(t),
        }
    }

    /// Tells the development set's loss after an epoch; it matters to `plateau` alone.
    pub fn observe(&mut self, loss: f64) {
        if let (Some(memory), Some(plateau)) = (&mut self.memory, self.curve.plateau()) {
            memory.observe(plateau, loss);
        }
    }

    /// What it remembers of the losses that it was told, for a checkpoint; empty for most.
    pub fn memory(&self) -> Vec<f64> {
        self.memory.as_ref().map_or(vec![], |memory| memory.numbers().to_vec())
    }

    /// Goes on from what [`Schedule::memory`] gave.
    pub fn remember(&mut self, numbers: &[f64]) {
        if let (Some(memory), &[a, b, c, d]) = (&mut self.memory, numbers) {
            *memory = plateau::Memory::from([a, b, c, d]);
        }
    }

    /// As a config writes it.
    pub fn to_toml(&self) -> toml::Value {
        let keys = write(self.curve.as_ref());
        match (self.curve.name(), keys.get("initial")) {
            ("constant", Some(rate)) if keys.len() == 2 => rate.clone(),
            _ => keys.into(),
        }
    }
}

/// A schedule's table.
fn write(curve: &dyn Curve) -> toml::Table {
    let mut keys = toml::Table::new();
    keys.insert("schedule".into(), curve.name().into());
    keys.extend(curve.keys());
    keys
}

/// Where Keras's classes are.
const KERAS: &str = "keras.optimizers.schedules.";

/// Reads a schedule's table, to its last key.
fn read(table: &config::Table, run: &Run) -> Result<Arc<dyn Curve>, config::Error> {
    let names: Vec<&str> = ALL.iter().map(|kind| kind.name).collect();
    let whole = table.value("schedule").and_then(|value| value.string("schedule").ok());
    // As Keras's own documents print them.
    let printed =
        whole.and_then(|name| name.strip_prefix(KERAS)).and_then(|name| names.iter().find(|own| **own == name));
    let name = match printed.filter(|name| name.starts_with(char::is_uppercase)) {
        Some(&name) => name,
        None => table.require_choice("schedule", &names)?,
    };
    let kind = ALL.iter().find(|kind| kind.name == name).expect("it is one of them");
    let curve = warmup::read(table, run, kind.read)?;
    table.finish()?;
    Ok(curve)
}

/// Reads `initial`, or takes the optimizer's own learning rate.
fn initial(table: &config::Table, run: &Run) -> Result<f64, config::Error> {
    Ok(table.number("initial", config::RATE)?.unwrap_or(run.learning_rate))
}

/// Reads `final`; 0 without it.
fn last(table: &config::Table) -> Result<f64, config::Error> {
    Ok(table.number("final", config::NOT_NEGATIVE)?.unwrap_or(0.0))
}

/// The most that TOML can write.
const MOST: u64 = i64::MAX as u64;

/// Reads how many updates something takes: from `key`, or from `epochs`, or the whole run.
fn steps(table: &config::Table, key: &str, run: &Run) -> Result<u64, config::Error> {
    match (table.integer(key, 1..)?, table.integer("epochs", 1..)?) {
        (Some(_), Some(_)) => Err(table.error("epochs", format!("give `{key}` or `epochs`, not both"))),
        (Some(steps), None) => Ok(steps as u64),
        (None, Some(epochs)) => {
            let steps = (epochs as u64).saturating_mul(run.steps_per_epoch);
            Ok((steps / run.stride).clamp(1, MOST))
        }
        (None, None) => Ok(run.steps.max(1)),
    }
}

/// A curve's settings as its keys.
fn keys(settings: &impl serde::Serialize) -> toml::Table {
    toml::Table::try_from(settings).expect("numbers and lists of numbers")
}

#[cfg(test)]
mod tests;
