//! The optimizers: each one's update rule as the doc comment of its file, its CPU twin there and
//! its WGSL twin in `shaders/optimizers/`. To add one, write both and its line in [`ALL`].
//!
//! A rule turns a gradient into a *change* of the parameter. What is the same for every rule
//! (decay, clipping, parameter groups) is in [`regularization`]; whose formula and defaults are
//! meant is the [`Dialect`]'s affair.

pub mod adadelta;
pub mod adagrad;
pub mod adam;
pub mod adamw;
pub mod amsgrad;
mod configured;
mod dialect;
pub mod lion;
pub mod momentum;
pub mod nadam;
pub mod nesterov;
mod read;
pub mod regularization;
pub mod rmsprop;
pub mod sgd;

use std::sync::Arc;

use crate::{config, real::Real};
pub use configured::{Configured, Counts};
pub use dialect::{Dialect, Placement, Velocity};
pub(crate) use read::check_written;
pub use read::{check, read};
pub use regularization::Regularization;

/// A rule that was read from a config.
pub type Read = Result<Arc<dyn Rule>, config::Error>;

/// One optimizer as configs name it.
pub struct Optimizer {
    /// The name in configs.
    pub name: &'static str,
    /// How a gradient comes into its change.
    pub gradient: Gradient,
    /// Reads its own keys.
    pub read: fn(&config::Table, Dialect) -> Read,
    /// Some with other settings than the defaults, for tests: together they take every path of
    /// the shader.
    pub samples: fn() -> Vec<Arc<dyn Rule>>,
}

/// How a gradient comes into a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gradient {
    /// By itself, alone or in a sum.
    Linear,
    /// By a sum's sign.
    Sign,
    /// By its square, too, which must be an f32.
    Squared,
}

/// Every optimizer, in increasing complexity.
pub const ALL: &[Optimizer] = &[
    sgd::SGD,
    momentum::MOMENTUM,
    nesterov::NESTEROV,
    adagrad::ADAGRAD,
    rmsprop::RMSPROP,
    adadelta::ADADELTA,
    adam::ADAM,
    amsgrad::AMSGRAD,
    nadam::NADAM,
    adamw::ADAMW,
    lion::LION,
];

/// How many numbers of its own an optimizer may ask for in a step.
pub const SCALARS: usize = 16;

/// Where in a step's numbers the learning rate itself stands: decoupled decay needs it, whatever
/// the rule made of it.
pub const LEARNING_RATE: usize = SCALARS - 1;
/// Where the weight of a batch's gradient stands, if several are accumulated: 1/N.
pub const SHARE: usize = SCALARS - 2;
/// Where 1 stands if a step just accumulates, and 0 if it updates.
pub const IDLE: usize = SCALARS - 3;
/// Where the limit of clipped gradients stands, 0 for none.
pub const LIMIT: usize = SCALARS - 4;
/// Where the weight of a step's parameters in their average stands, if they are averaged.
pub const AVERAGE: usize = SCALARS - 5;
/// Where 1 stands if that average then takes the parameters' place, and 0 if not.
pub const OVERWRITE: usize = SCALARS - 6;
/// Where what is added to norms stands before they are compared with their limit.
pub const NORM_EPSILON: usize = SCALARS - 7;

/// One with its settings: how parameters follow from gradients.
pub trait Rule: std::fmt::Debug + Send + Sync {
    /// The name in configs.
    fn name(&self) -> &'static str;
    /// The formula in force, with its numbers.
    fn formula(&self) -> String;
    /// Its keys and their values, defaults included.
    fn keys(&self) -> toml::Table;
    /// The learning rate where the config gives none.
    fn default_learning_rate(&self) -> f64;
    /// The share of a parameter that decays by itself where the config says nothing else.
    fn default_weight_decay(&self) -> f64 {
        0.0
    }
    /// Whose defaults hold for what surrounds it; see [`Regularization`].
    fn dialect(&self) -> Dialect {
        Dialect::default()
    }
    /// The names of the tensors it keeps for every parameter.
    fn state_names(&self) -> Vec<&'static str>;
    /// How each of those begins.
    fn initial_state(&self) -> Vec<f64> {
        vec![0.0; self.states()]
    }
    /// The step's numbers, in f64: `learning_rate` and what depends on `updates`, the number of
    /// updates done before this one. The last seven are left to [`NORM_EPSILON`], [`OVERWRITE`], [`AVERAGE`],
    /// [`LIMIT`], [`IDLE`], [`SHARE`] and [`LEARNING_RATE`].
    fn scalars(&self, learning_rate: f64, updates: u64) -> [f64; SCALARS];
    /// Defines `fn update(g: vec4<f32>, i: u32) -> vec4<f32>`, which returns the change.
    fn wgsl(&self) -> &'static str;
    /// Values of that text's `override`s.
    fn constants(&self) -> Vec<(&'static str, f64)> {
        vec![]
    }
    /// The update in f32; see [`update`].
    fn update_f32(&self, scalars: &[f32; SCALARS], g: &mut [f32], state: &mut [&mut [f32]]);
    /// The update in f64.
    fn update_f64(&self, scalars: &[f64; SCALARS], g: &mut [f64], state: &mut [&mut [f64]]);
    /// Decay, clipping and parameter groups, where there are such.
    fn regularization(&self) -> Option<&Regularization> {
        None
    }
    /// Which tensor of its state is the sum of several batches' gradients, if there is one.
    fn sum_tensor(&self) -> Option<usize> {
        None
    }
    /// How many batches are one step of a schedule.
    fn schedule_stride(&self) -> u64 {
        1
    }
    /// Whether the last tensor of its state is an average of the parameters, which is evaluated in
    /// their place.
    fn averages(&self) -> bool {
        false
    }

    /// The lecture's θ, of a stored parameter and the numbers of its state: what is stored may be another place.
    fn theta(&self, stored: f64, _state: &[f64]) -> f64 {
        stored
    }

    /// How many tensors of state it keeps.
    fn states(&self) -> usize {
        self.state_names().len()
    }
}

/// Turns gradients of either type into changes of their parameters, in place.
pub fn update<T: Real>(rule: &dyn Rule, scalars: &[T; SCALARS], g: &mut [T], state: &mut [&mut [T]]) {
    // `Real` is f32 or f64, and the branch knows which.
    if size_of::<T>() == 4 {
        let mut state: Vec<&mut [f32]> = state.iter_mut().map(|s| bytemuck::cast_slice_mut(s)).collect();
        let scalars: &[f32] = bytemuck::cast_slice(scalars);
        let scalars = scalars.try_into().expect("as many");
        rule.update_f32(scalars, bytemuck::cast_slice_mut(g), &mut state);
    } else {
        let mut state: Vec<&mut [f64]> = state.iter_mut().map(|s| bytemuck::cast_slice_mut(s)).collect();
        let scalars: &[f64] = bytemuck::cast_slice(scalars);
        let scalars = scalars.try_into().expect("as many");
        rule.update_f64(scalars, bytemuck::cast_slice_mut(g), &mut state);
    }
}

/// Puts the sum with the gradients of the batches before into `g`, where a rule accumulates; tells
/// whether this step updates.
pub fn accumulate<T: Real>(rule: &dyn Rule, scalars: &[T; SCALARS], g: &mut [T], state: &mut [&mut [T]]) -> bool {
    let Some(sum) = rule.sum_tensor() else { return true };
    let idle = scalars[IDLE] > T::zero();
    for (g, sum) in g.iter_mut().zip(state[sum].iter_mut()) {
        *g = *sum + scalars[SHARE] * *g;
        *sum = if idle { *g } else { T::zero() };
    }
    !idle
}

/// Takes updated parameters into their average, where a rule keeps one, or lets it take their place.
pub fn average<T: Real>(rule: &dyn Rule, scalars: &[T; SCALARS], p: &mut [T], state: &mut [&mut [T]]) {
    let weight = scalars[AVERAGE];
    let Some(average) = state.last_mut().filter(|_| rule.averages() && weight > T::zero()) else { return };
    average.iter_mut().zip(&*p).for_each(|(average, &p)| *average += weight * (p - *average));
    if scalars[OVERWRITE] > T::zero() {
        p.copy_from_slice(average);
    }
}

/// Implements both types of a rule's update by one generic function of its module.
#[macro_export]
macro_rules! update_twins {
    ($function:path) => {
        fn update_f32(&self, scalars: &[f32; SCALARS], g: &mut [f32], state: &mut [&mut [f32]]) {
            $function(self, scalars, g, state)
        }
        fn update_f64(&self, scalars: &[f64; SCALARS], g: &mut [f64], state: &mut [&mut [f64]]) {
            $function(self, scalars, g, state)
        }
    };
}

/// A rule's numbers, with zeros behind them.
fn padded<const N: usize>(numbers: [f64; N]) -> [f64; SCALARS] {
    let mut scalars = [0.0; SCALARS];
    scalars[..N].copy_from_slice(&numbers);
    scalars
}

/// All samples of all optimizers.
pub fn samples() -> Vec<Arc<dyn Rule>> {
    let configured = || Configured::new(Arc::new(adam::Adam::default()), Dialect::Lecture);
    let keras = Configured::new(Arc::new(adam::Adam::of(Dialect::Keras)), Dialect::Keras);
    let around = [
        configured().accumulate(3),
        configured().average(0.75),
        configured().accumulate(2).average(0.75),
        keras.accumulate(2).average(0.75).overwrite(2),
    ];
    let all = ALL.iter().flat_map(|optimizer| (optimizer.samples)());
    all.chain(around.map(|rule| Arc::new(rule) as Arc<dyn Rule>)).collect()
}

#[cfg(test)]
mod tests;
