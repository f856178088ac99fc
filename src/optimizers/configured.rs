//! A rule with all that surrounds it.

use std::sync::Arc;

use super::{
    AVERAGE, Dialect, IDLE, LEARNING_RATE, LIMIT, NORM_EPSILON, OVERWRITE, Regularization, Rule, SCALARS, SHARE,
    regularization::Clip,
};
use crate::{config, update_twins};

/// A rule as a config has it: with its dialect's name, decay, clipping and parameter groups. In code:
///
/// ```
/// use std::sync::Arc;
/// use gradus::optimizers::{Configured, Dialect, adamw::AdamW, regularization::Clip};
///
/// let rule = Arc::new(AdamW::of(Dialect::Pytorch));
/// let rule = Configured::new(rule, Dialect::Pytorch).weight_decay(0.05).clip(Clip::GlobalNorm(1.0)).accumulate(4);
/// ```
///
/// The numbers are checked, as a config's are, when a model is made of it.
///
/// With `accumulate = N` the gradients of N batches are summed, each with the weight 1/N, in one more
/// tensor of state, and only the last batch updates. What is clipped is the mean. Batches are counted
/// through the whole run: what an epoch leaves over is updated with in the next one, as in Keras. The
/// rule's t counts updates. A schedule's t counts batches in the lecture and in Keras (its schedules look
/// at the "real" iterations), and updates in PyTorch, whose recipes step the scheduler beside the
/// optimizer; `schedule_counts` says otherwise. Whichever it is, its whole run is the whole run.
///
/// With `ema = m` the state's last tensor is an exponential moving average of the parameters, taken
/// after every update (Polyak and Juditsky, "Acceleration of stochastic approximation by averaging",
/// SIAM J. Control Optim. 30, 1992, average with equal weights; the exponential ones are Keras's
/// `use_ema`, with `ema_momentum` = m, and PyTorch's `get_ema_multi_avg_fn`):
///
/// ```text
/// a ← θ                     after the first update
/// a ← m a + (1 − m) θ       after every other
/// ```
///
/// It is what is evaluated, on the development set and on the test set. Training goes on from θ, unless
/// `ema_overwrite = K`, Keras's `ema_overwrite_frequency`: θ ← a after every Kth. Where Keras accumulates
/// it averages after every batch, whether that updates or not: `ema_counts = "batches"`. Running figures
/// of batch normalisation are averages already, and stay what they are.
#[derive(Debug)]
pub struct Configured {
    pub(super) rule: Arc<dyn Rule>,
    pub(super) dialect: Dialect,
    pub(super) regularization: Regularization,
    pub(super) accumulate: u64,
    pub(super) counts: Counts,
    pub(super) average: Option<f64>,
    pub(super) average_counts: Counts,
    pub(super) overwrite: Option<u64>,
}

/// What a schedule or an average counts where batches are accumulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// Batches, whether they update or not.
    Batches,
    /// Updates.
    Updates,
}

impl Configured {
    /// A rule with nothing around it but its own decay: what a config has that gives no other key.
    pub fn new(rule: Arc<dyn Rule>, dialect: Dialect) -> Self {
        let regularization = Regularization::of(dialect, rule.default_weight_decay());
        Configured {
            rule,
            dialect,
            regularization,
            accumulate: 1,
            counts: Counts::of_schedules(dialect),
            average: None,
            average_counts: Counts::of_averages(dialect),
            overwrite: None,
        }
    }

    /// Decays parameters by this share of them; how it acts is the rule's and the dialect's.
    pub fn weight_decay(mut self, weight_decay: f64) -> Self {
        self.regularization.weight_decay = weight_decay;
        self
    }

    /// Clips gradients.
    pub fn clip(mut self, clip: Clip) -> Self {
        self.regularization.clip = Some(clip);
        self
    }

    /// Decay, clipping and parameter groups, all of them.
    pub fn regularized(self, regularization: Regularization) -> Self {
        Configured { regularization, ..self }
    }

    /// What a schedule's t counts where batches are accumulated.
    pub fn schedule_counts(self, counts: Counts) -> Self {
        Configured { counts, ..self }
    }

    /// After what an average is taken where batches are accumulated.
    pub fn average_counts(self, average_counts: Counts) -> Self {
        Configured { average_counts, ..self }
    }

    /// Updates only after every so many batches, 1 at least.
    pub fn accumulate(self, batches: u64) -> Self {
        Configured { accumulate: batches, ..self }
    }

    /// Averages the parameters, with this weight for the average so far.
    pub fn average(self, weight: f64) -> Self {
        Configured { average: Some(weight), ..self }
    }

    /// Lets the average take the parameters' place after every so many updates.
    pub fn overwrite(self, updates: u64) -> Self {
        Configured { overwrite: Some(updates), ..self }
    }
}

impl Counts {
    pub(super) fn of_schedules(dialect: Dialect) -> Self {
        dialect.of(Counts::Batches, Counts::Batches, Counts::Updates)
    }

    pub(super) fn of_averages(dialect: Dialect) -> Self {
        dialect.of(Counts::Updates, Counts::Batches, Counts::Updates)
    }

    fn name(self) -> &'static str {
        match self {
            Counts::Batches => "batches",
            Counts::Updates => "updates",
        }
    }

    pub(super) fn read(table: &config::Table, key: &str) -> Result<Option<Self>, config::Error> {
        let name = table.choice(key, &["batches", "updates"])?;
        Ok(name.map(|name| if name == "updates" { Counts::Updates } else { Counts::Batches }))
    }
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
        let average = match self.overwrite {
            None => average,
            Some(updates) => format!("{average}; p = a after every {updates}"),
        };
        mean + &self.regularization.formula() + &self.rule.formula() + &average
    }
    fn keys(&self) -> toml::Table {
        let mut keys = self.rule.keys();
        keys.insert("dialect".into(), self.dialect.name().into());
        keys.extend(self.regularization.keys());
        keys.insert("accumulate".into(), (self.accumulate as i64).into());
        if self.accumulate > 1 {
            keys.insert("schedule_counts".into(), self.counts.name().into());
        }
        if let Some(weight) = self.average {
            keys.insert("ema".into(), weight.into());
            keys.insert("ema_counts".into(), self.average_counts.name().into());
        }
        if let Some(updates) = self.overwrite {
            keys.insert("ema_overwrite".into(), (updates as i64).into());
        }
        keys
    }
    fn default_learning_rate(&self) -> f64 {
        self.rule.default_learning_rate()
    }
    fn default_weight_decay(&self) -> f64 {
        self.rule.default_weight_decay()
    }
    fn dialect(&self) -> Dialect {
        self.dialect
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
        scalars[NORM_EPSILON] = self.regularization.clip.map_or(0.0, |_| self.regularization.clip_epsilon);
        // The average begins with the first update's parameters. 0 leaves it as it is.
        let weight = self.average.filter(|_| !idle || self.average_counts == Counts::Batches);
        let update = updates / self.accumulate;
        scalars[AVERAGE] = weight.map_or(0.0, |weight| if update == 0 { 1.0 } else { 1.0 - weight });
        scalars[OVERWRITE] = self.overwrite.is_some_and(|every| (update + 1).is_multiple_of(every)).into();
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
    fn schedule_stride(&self) -> u64 {
        if self.counts == Counts::Updates { self.accumulate } else { 1 }
    }
    fn averages(&self) -> bool {
        self.average.is_some()
    }
    fn theta(&self, stored: f64, state: &[f64]) -> f64 {
        self.rule.theta(stored, &state[..self.rule.states()])
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
