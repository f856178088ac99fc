//! From the section `[optimizer]` to a rule with all that surrounds it.

use std::sync::Arc;

use super::{
    ALL, AVERAGE, Dialect, IDLE, LEARNING_RATE, LIMIT, NORM_EPSILON, OVERWRITE, Regularization, Rule, SCALARS, SHARE,
    regularization::{Clip, matches},
};
use crate::{config, update_twins};

/// A rule as a config has it: with its dialect's name, decay, clipping and parameter groups.
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
    rule: Arc<dyn Rule>,
    dialect: Dialect,
    regularization: Regularization,
    accumulate: u64,
    counts: Counts,
    average: Option<f64>,
    average_counts: Counts,
    overwrite: Option<u64>,
}

/// What a schedule or an average counts where batches are accumulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counts {
    Batches,
    Updates,
}

impl Configured {
    /// A rule with nothing around it.
    pub fn new(rule: Arc<dyn Rule>, dialect: Dialect) -> Self {
        let regularization = Regularization::default();
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

    /// Updates only after every so many batches.
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
    fn of_schedules(dialect: Dialect) -> Self {
        dialect.of(Counts::Batches, Counts::Batches, Counts::Updates)
    }

    fn of_averages(dialect: Dialect) -> Self {
        dialect.of(Counts::Updates, Counts::Batches, Counts::Updates)
    }

    fn name(self) -> &'static str {
        match self {
            Counts::Batches => "batches",
            Counts::Updates => "updates",
        }
    }

    fn read(table: &config::Table, key: &str) -> Result<Option<Self>, config::Error> {
        let name = table.choice(key, &["batches", "updates"])?;
        Ok(name.map(|name| if name == "updates" { Counts::Updates } else { Counts::Batches }))
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
    let regularization = Regularization::read(keys, dialect, rule.default_weight_decay())?;
    let accumulate = keys.integer("accumulate", 1..)?.unwrap_or(1) as u64;
    let counts = Counts::read(keys, "schedule_counts")?.unwrap_or(Counts::of_schedules(dialect));
    let average_counts = Counts::read(keys, "ema_counts")?.unwrap_or(Counts::of_averages(dialect));
    let average = keys.number("ema", config::FRACTION)?;
    let overwrite = keys.integer("ema_overwrite", 1..)?.map(|updates| updates as u64);
    if let (None, Some(key)) = (average, ["ema_overwrite", "ema_counts"].into_iter().find(|key| keys.has(key))) {
        let error = keys.error(key, format!("`{key}` means nothing where the parameters are not averaged"));
        return Err(error.help("give the average's momentum, too: ema = 0.99 is Keras's default"));
    }
    keys.finish()?;
    Ok(Arc::new(Configured { rule, dialect, regularization, accumulate, counts, average, average_counts, overwrite }))
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
    fn regularization(&self) -> Option<&Regularization> {
        Some(&self.regularization).filter(|regularization| regularization.is_active())
    }
    update_twins!(update);
}

fn update<T: crate::real::Real>(rule: &Configured, scalars: &[T; SCALARS], g: &mut [T], state: &mut [&mut [T]]) {
    let own = rule.rule.states();
    super::update(rule.rule.as_ref(), scalars, g, &mut state[..own]);
}
