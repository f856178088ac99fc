//! How parameters go down the loss: an optimizer and its learning rate.

use std::sync::Arc;

use crate::{
    config::{self, OptimizerConfig, Table},
    graph::here,
    optimizers::{self, Rule},
    schedules::{Run, Schedule},
};

/// An optimizer and its learning rate, before it is known how long the run is.
#[derive(Debug, Clone)]
pub struct Descent {
    /// How parameters follow from gradients.
    pub(super) rule: Arc<dyn Rule>,
    /// As a config has them; none of a rule in code.
    pub(super) keys: Table,
    schedule: Source,
}

#[derive(Debug, Clone)]
enum Source {
    /// It may depend on the run's length.
    Keys(OptimizerConfig),
    Given(Schedule),
}

impl Descent {
    /// An optimizer by its name, with keys as a config or `--set` has them:
    /// `Descent::named("adam", &["learning_rate={ schedule = 'cosine', initial = 1e-3 }"])`.
    ///
    /// # Errors
    /// An unknown optimizer or key, with the nearest right one; a value out of its range.
    pub fn named(name: &str, keys: &[&str]) -> Result<Descent, config::Error> {
        let keys: Vec<String> = keys.iter().map(|key| key.to_string()).collect();
        Descent::read(&OptimizerConfig::of(name, &keys)?)
    }

    /// That of a config.
    ///
    /// # Errors
    /// See [`Descent::named`].
    pub fn read(config: &OptimizerConfig) -> Result<Descent, config::Error> {
        let (rule, keys) = (optimizers::read(config)?, config.keys.clone());
        Ok(Descent { rule, keys, schedule: Source::Keys(config.clone()) })
    }

    /// A rule in code, one of another crate, say, and its learning rate.
    #[track_caller]
    pub fn of(rule: Arc<dyn Rule>, schedule: Schedule) -> Descent {
        Descent { rule, keys: Table::new(here()), schedule: Source::Given(schedule) }
    }

    /// The learning rate of a run of so many steps.
    pub(super) fn schedule(&self, steps: u64, steps_per_epoch: u64) -> Result<Schedule, config::Error> {
        let (stride, learning_rate) = (self.rule.schedule_stride(), self.rule.default_learning_rate());
        match &self.schedule {
            Source::Keys(config) => Schedule::read(config, &Run { steps, steps_per_epoch, stride, learning_rate }),
            Source::Given(schedule) => Ok(schedule.clone()),
        }
    }
}
