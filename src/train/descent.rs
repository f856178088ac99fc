//! How parameters go down the loss: an optimizer and its learning rate.

use std::sync::Arc;

use crate::{
    config::{self, OptimizerConfig, Place, Table},
    optimizers::{self, Configured, Rule},
    schedules::{Run, Schedule},
};

/// An optimizer and its learning rate, before it is known how long the run is.
#[derive(Debug, Clone)]
pub struct Descent {
    /// How parameters follow from gradients.
    pub(super) rule: Arc<dyn Rule>,
    /// As a config has them; of a rule in code, as a config would have them.
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

    /// A rule in code, one of another crate, say, and its learning rate. A rule that decays by its own account, as
    /// AdamW does, and has nothing around it that says otherwise decays so here, too.
    ///
    /// Numbers that a config would not take are errors of [`crate::Model::of`].
    #[track_caller]
    pub fn of(rule: Arc<dyn Rule>, schedule: Schedule) -> Descent {
        let (place, rate) = (config::Place::here(), schedule.to_toml());
        Descent::written(place, rule, rate, Source::Given(schedule))
    }

    /// A rule in code with a schedule by its name, with keys as a config has them. Where those do not say how long it
    /// takes, it is the whole run: `Descent::scheduled(rule, "cosine", &["initial=1e-3"])`.
    ///
    /// # Errors
    /// An unknown schedule or key, with the nearest right one; a value out of its range.
    #[track_caller]
    pub fn scheduled(rule: Arc<dyn Rule>, schedule: &str, keys: &[&str]) -> Result<Descent, config::Error> {
        let place = config::Place::here();
        let name = format!("learning_rate.schedule={schedule:?}");
        let keys = keys.iter().map(|key| format!("learning_rate.{key}"));
        let config = OptimizerConfig::of(rule.name(), &[name].into_iter().chain(keys).collect::<Vec<_>>())?;
        Schedule::read(&config, &Run::any(rule.as_ref()))?;
        let rate = config.keys.to_toml().remove("learning_rate").expect("it was put there");
        Ok(Descent::written(place, rule, rate, Source::Keys(config)))
    }

    fn written(place: Place, rule: Arc<dyn Rule>, learning_rate: toml::Value, schedule: Source) -> Descent {
        let mut keys = rule.keys();
        let rule = match rule.default_weight_decay() > 0.0 && !keys.contains_key("weight_decay") {
            true => Arc::new(Configured::new(rule.clone(), rule.dialect())),
            false => rule,
        };
        keys.extend(rule.keys());
        keys.insert("learning_rate".into(), learning_rate);
        Descent { rule, keys: Table::written(&place, &keys), schedule }
    }

    /// Whether a config could have written it; readers have seen to what one has written.
    pub(super) fn check(&self) -> Result<(), config::Error> {
        let (kind, place) = (self.rule.name().to_owned(), self.keys.place().clone());
        let config = OptimizerConfig { kind, place, keys: self.keys.clone() };
        optimizers::check_written(&config)?;
        Schedule::read(&config, &Run::any(self.rule.as_ref())).map(|_| ())
    }

    /// The learning rate of a run of so many steps.
    pub(super) fn schedule(&self, steps: u64, steps_per_epoch: u64) -> Result<Schedule, config::Error> {
        let run = Run { steps, steps_per_epoch, ..Run::any(self.rule.as_ref()) };
        match &self.schedule {
            Source::Keys(config) => Schedule::read(config, &run),
            Source::Given(schedule) => Ok(schedule.clone()),
        }
    }
}
