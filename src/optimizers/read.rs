//! From the section `[optimizer]` to a rule with all that surrounds it.

use std::sync::Arc;

use super::{
    ALL, Dialect, LEARNING_RATE, Regularization, Rule,
    regularization::{Decay, matches},
};
use crate::{config, kernels::SCALARS, update_twins};

/// A rule as a config has it: with its dialect's name, decay, clipping and parameter groups.
#[derive(Debug)]
pub struct Configured {
    rule: Arc<dyn Rule>,
    dialect: Dialect,
    regularization: Regularization,
}

impl Configured {
    /// Surrounds a rule.
    pub fn new(rule: Arc<dyn Rule>, dialect: Dialect, regularization: Regularization) -> Self {
        Configured { rule, dialect, regularization }
    }
}

/// Reads the optimizer of a config.
///
/// # Errors
/// An unknown optimizer, dialect or key, with the nearest right one; a value out of its range.
pub fn read(config: &config::OptimizerConfig) -> Result<Arc<dyn Rule>, config::Error> {
    let names: Vec<&str> = ALL.iter().map(|optimizer| optimizer.name).collect();
    let Some(optimizer) = ALL.iter().find(|optimizer| optimizer.name == config.kind) else {
        return Err(config::Error::unknown(&config.place, "optimizer", &config.kind, &names));
    };
    let keys = &config.keys;
    // The type was read to get here, and the learning rate is the schedule's.
    keys.value("type");
    keys.value("learning_rate");
    let dialect = Dialect::read(keys)?;
    let rule = (optimizer.read)(keys, dialect)?;
    let weight_decay = rule.default_weight_decay();
    let decay = if weight_decay > 0.0 || dialect == Dialect::Keras { Decay::Decoupled } else { Decay::L2 };
    let regularization = Regularization::read(keys, weight_decay, decay)?;
    keys.finish()?;
    Ok(Arc::new(Configured { rule, dialect, regularization }))
}

/// Checks that every pattern of a parameter group means something.
///
/// # Errors
/// One that no parameter's name matches.
pub fn check(rule: &dyn Rule, names: &[&str]) -> Result<(), config::Error> {
    let groups = rule.regularization().map_or(&[][..], |regularization| &regularization.groups);
    for group in groups {
        if !names.iter().any(|name| matches(&group.pattern, name)) {
            let message = format!("no parameter's name matches `{}`", group.pattern);
            return Err(config::Error::new(&group.place, message).help(format!("there is {}", names.join(", "))));
        }
    }
    Ok(())
}

impl Rule for Configured {
    fn name(&self) -> &'static str {
        self.rule.name()
    }
    fn formula(&self) -> String {
        self.regularization.formula() + &self.rule.formula()
    }
    fn keys(&self) -> toml::Table {
        let mut keys = self.rule.keys();
        keys.insert("dialect".into(), self.dialect.name().into());
        keys.extend(self.regularization.keys());
        keys
    }
    fn default_learning_rate(&self) -> f64 {
        self.rule.default_learning_rate()
    }
    fn default_weight_decay(&self) -> f64 {
        self.rule.default_weight_decay()
    }
    fn state_names(&self) -> Vec<&'static str> {
        self.rule.state_names()
    }
    fn initial_state(&self) -> Vec<f64> {
        self.rule.initial_state()
    }
    fn scalars(&self, learning_rate: f64, updates: u64) -> [f64; SCALARS] {
        let mut scalars = self.rule.scalars(learning_rate, updates);
        scalars[LEARNING_RATE] = learning_rate;
        scalars
    }
    fn wgsl(&self) -> &'static str {
        self.rule.wgsl()
    }
    fn constants(&self) -> Vec<(&'static str, f64)> {
        self.rule.constants()
    }
    fn regularization(&self) -> Option<&Regularization> {
        Some(&self.regularization).filter(|regularization| regularization.is_active())
    }
    update_twins!(update);
}

fn update<T: crate::real::Real>(rule: &Configured, scalars: &[T; SCALARS], g: &mut [T], state: &mut [&mut [T]]) {
    super::update(rule.rule.as_ref(), scalars, g, state);
}
