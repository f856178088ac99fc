//! From the section `[optimizer]` to a rule with all that surrounds it.

use std::sync::Arc;

use super::{
    ALL, AVERAGE, Dialect, IDLE, LEARNING_RATE, LIMIT, Regularization, Rule, SHARE,
    regularization::{Clip, Decay, matches},
};
use crate::{config, kernels::SCALARS, update_twins};

/// A rule as a config has it: with its dialect's name, decay, clipping and parameter groups.
///
/// With `accumulate = N` the gradients of N batches are summed, each with the weight 1/N, in one more
/// tensor of state, and only the last batch updates. So t counts updates for the rule, but batches
/// for the schedule, whose whole run is then still the whole run. What is clipped is the mean.
///
/// With `ema = m` the state's last tensor is an exponential moving average of the parameters, taken
/// after every update (Polyak and Juditsky, "Acceleration of stochastic approximation by averaging",
/// SIAM J. Control Optim. 30, 1992, average with equal weights; the exponential ones are Keras's
/// `use_ema`, with `ema_momentum` = m):
///
/// ```text
/// a ← θ                     after the first update
/// a ← m a + (1 − m) θ       after every other
/// ```
///
/// It is what is evaluated, on the development set and on the test set. Training goes on from θ.
/// Running figures of batch normalisation are averages already, and stay what they are.
#[derive(Debug)]
pub struct Configured {
    rule: Arc<dyn Rule>,
    dialect: Dialect,
    regularization: Regularization,
    accumulate: u64,
    average: Option<f64>,
}

impl Configured {
    /// A rule with nothing around it.
    pub fn new(rule: Arc<dyn Rule>, dialect: Dialect) -> Self {
        Configured { rule, dialect, regularization: Regularization::default(), accumulate: 1, average: None }
    }

    /// Updates only after every so many batches.
    pub fn accumulate(self, batches: u64) -> Self {
        Configured { accumulate: batches, ..self }
    }

    /// Averages the parameters, with this weight for the average so far.
    pub fn average(self, weight: f64) -> Self {
        Configured { average: Some(weight), ..self }
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
    let average = keys.number("ema", config::FRACTION)?;
    keys.finish()?;
    Ok(Arc::new(Configured { rule, dialect, regularization, accumulate, average }))
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
            let help = config::suggestion(&group.pattern, names);
            return Err(config::Error::new(&group.place, message).help(help));
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
        let average = match self.average {
            None => String::new(),
            Some(weight) => format!("; evaluated: a = {weight} a + (1 - {weight}) p"),
        };
        mean + &self.regularization.formula() + &self.rule.formula() + &average
    }
    fn keys(&self) -> toml::Table {
        let mut keys = self.rule.keys();
        keys.insert("dialect".into(), self.dialect.name().into());
        keys.extend(self.regularization.keys());
        keys.insert("accumulate".into(), (self.accumulate as i64).into());
        if let Some(weight) = self.average {
            keys.insert("ema".into(), weight.into());
        }
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
        names.extend(self.average.map(|_| "average"));
        names
    }
    fn initial_state(&self) -> Vec<f64> {
        let mut values = self.rule.initial_state();
        values.resize(self.states(), 0.0);
        values
    }
    fn scalars(&self, learning_rate: f64, updates: u64) -> [f64; SCALARS] {
        let idle = !(updates + 1).is_multiple_of(self.accumulate);
        let mut scalars = self.rule.scalars(learning_rate, updates / self.accumulate);
        scalars[IDLE] = idle.into();
        scalars[SHARE] = 1.0 / self.accumulate as f64;
        scalars[LEARNING_RATE] = learning_rate;
        scalars[LIMIT] = self.regularization.clip.map_or(0.0, Clip::limit);
        // The average begins with the first update's parameters.
        let first = updates / self.accumulate == 0;
        scalars[AVERAGE] = self.average.map_or(0.0, |weight| if first { 1.0 } else { 1.0 - weight });
        scalars
    }
    fn wgsl(&self) -> &'static str {
        self.rule.wgsl()
    }
    fn constants(&self) -> Vec<(&'static str, f64)> {
        let mut constants = self.rule.constants();
        if let Some(sum) = self.sum_tensor() {
            constants.extend([("accumulating", 1.0), ("sum_tensor", sum as f64)]);
        }
        constants.extend(self.average.map(|_| ("averaging", 1.0)));
        constants
    }
    fn sum_tensor(&self) -> Option<usize> {
        (self.accumulate > 1).then(|| self.rule.states())
    }
    fn averages(&self) -> bool {
        self.average.is_some()
    }
    fn regularization(&self) -> Option<&Regularization> {
        Some(&self.regularization).filter(|regularization| regularization.is_active())
    }
    update_twins!(update);
}

fn update<T: crate::real::Real>(rule: &Configured, scalars: &[T; SCALARS], g: &mut [T], state: &mut [&mut [T]]) {
    let own = rule.rule.states();
    super::update(rule.rule.as_ref(), scalars, g, &mut state[..own]);
}
