//! From the section `[optimizer]` to a rule with all that surrounds it.

use std::sync::Arc;

use super::{
    ALL, Dialect, IDLE, LEARNING_RATE, Regularization, Rule, SHARE,
    regularization::{Decay, matches},
};
use crate::{config, kernels::SCALARS, update_twins};

/// A rule as a config has it: with its dialect's name, decay, clipping and parameter groups.
///
/// With `accumulate = N` the gradients of N batches are summed, each with the weight 1/N, in one more
/// tensor of state, and only the last batch updates. So t counts updates for the rule, but batches
/// for the schedule, whose whole run is then still the whole run.
#[derive(Debug)]
pub struct Configured {
    rule: Arc<dyn Rule>,
    dialect: Dialect,
    regularization: Regularization,
    accumulate: u64,
}

impl Configured {
    /// A rule with nothing around it.
    pub fn new(rule: Arc<dyn Rule>, dialect: Dialect) -> Self {
        Configured { rule, dialect, regularization: Regularization::default(), accumulate: 1 }
    }

    /// Updates only after every so many batches.
    pub fn accumulate(self, batches: u64) -> Self {
        Configured { accumulate: batches, ..self }
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
    let accumulate = keys.integer("accumulate", 1..)?.unwrap_or(1) as u64;
    if let Some(clip) = regularization.clip.filter(|_| accumulate > 1) {
        let message = format!("`accumulate` and `{}` can't be combined", clip.key());
        let help = "what is clipped would be each batch's gradient, not their mean";
        return Err(keys.error("accumulate", message).help(help));
    }
    keys.finish()?;
    Ok(Arc::new(Configured { rule, dialect, regularization, accumulate }))
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
        let mean = match self.accumulate {
            1 => String::new(),
            batches => format!("g = mean of {batches} batches; "),
        };
        mean + &self.regularization.formula() + &self.rule.formula()
    }
    fn keys(&self) -> toml::Table {
        let mut keys = self.rule.keys();
        keys.insert("dialect".into(), self.dialect.name().into());
        keys.extend(self.regularization.keys());
        keys.insert("accumulate".into(), (self.accumulate as i64).into());
        keys
    }
    fn default_learning_rate(&self) -> f64 {
        self.rule.default_learning_rate()
    }
    fn default_weight_decay(&self) -> f64 {
        self.rule.default_weight_decay()
    }
    fn state_names(&self) -> Vec<&'static str> {
        let mut names = self.rule.state_names();
        names.extend((self.accumulate > 1).then_some("sum"));
        names
    }
    fn initial_state(&self) -> Vec<f64> {
        let mut values = self.rule.initial_state();
        values.extend((self.accumulate > 1).then_some(0.0));
        values
    }
    fn scalars(&self, learning_rate: f64, updates: u64) -> [f64; SCALARS] {
        let idle = !(updates + 1).is_multiple_of(self.accumulate);
        let mut scalars = self.rule.scalars(learning_rate, updates / self.accumulate);
        scalars[IDLE] = idle.into();
        scalars[SHARE] = 1.0 / self.accumulate as f64;
        // Nothing decays where nothing is updated.
        scalars[LEARNING_RATE] = if idle { 0.0 } else { learning_rate };
        scalars
    }
    fn wgsl(&self) -> &'static str {
        self.rule.wgsl()
    }
    fn constants(&self) -> Vec<(&'static str, f64)> {
        let mut constants = self.rule.constants();
        if self.accumulate > 1 {
            constants.extend([("accumulating", 1.0), ("sum_tensor", self.rule.states() as f64)]);
        }
        constants
    }
    fn regularization(&self) -> Option<&Regularization> {
        Some(&self.regularization).filter(|regularization| regularization.is_active())
    }
    update_twins!(update);
}

fn update<T: crate::real::Real>(rule: &Configured, scalars: &[T; SCALARS], g: &mut [T], state: &mut [&mut [T]]) {
    if rule.accumulate == 1 {
        return super::update(rule.rule.as_ref(), scalars, g, state);
    }
    let (sum, state) = state.split_last_mut().expect("the sum is there");
    sum.iter_mut().zip(g.iter()).for_each(|(sum, &g)| *sum += scalars[SHARE] * g);
    if scalars[IDLE] > T::zero() {
        return g.fill(T::zero());
    }
    g.copy_from_slice(sum);
    sum.fill(T::zero());
    super::update(rule.rule.as_ref(), scalars, g, state);
}
