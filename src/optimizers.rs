//! The optimizers: each one's update rule as the doc comment of its file, its CPU twin there and
//! its WGSL twin in `shaders/optimizers/`. To add one, write both and its line in [`ALL`].

pub mod adam;
pub mod sgd;

use std::sync::Arc;

use crate::{config, kernels::SCALARS, real::Real};

/// One optimizer as configs name it.
pub struct Optimizer {
    /// The name in configs.
    pub name: &'static str,
    /// Reads its keys.
    pub read: fn(&config::Table) -> Result<Arc<dyn Rule>, config::Error>,
    /// One with every default, for tests.
    pub sample: fn() -> Arc<dyn Rule>,
}

/// Every optimizer, in increasing complexity.
pub const ALL: &[Optimizer] = &[sgd::SGD, adam::ADAM];

/// One with its settings: how parameters follow from gradients.
pub trait Rule: std::fmt::Debug + Send + Sync {
    /// The name in configs.
    fn name(&self) -> &'static str;
    /// The formula in force, with its numbers.
    fn formula(&self) -> String;
    /// Its keys and their values, defaults included.
    fn keys(&self) -> toml::Table;
    /// The names of the tensors it keeps for every parameter.
    fn state_names(&self) -> &'static [&'static str];
    /// The step's numbers, in f64: `learning_rate` and what depends on `updates`, the number of
    /// updates done before this one.
    fn scalars(&self, learning_rate: f64, updates: u64) -> [f64; SCALARS];
    /// Defines `fn update(p: vec4<f32>, g: vec4<f32>, i: u32) -> vec4<f32>`.
    fn wgsl(&self) -> &'static str;
    /// The update in f32; see [`update`].
    fn update_f32(&self, scalars: &[f32; SCALARS], p: &mut [f32], g: &[f32], state: &mut [&mut [f32]]);
    /// The update in f64.
    fn update_f64(&self, scalars: &[f64; SCALARS], p: &mut [f64], g: &[f64], state: &mut [&mut [f64]]);

    /// How many tensors of state it keeps.
    fn states(&self) -> usize {
        self.state_names().len()
    }
}

/// Updates parameters of either type.
pub fn update<T: Real>(rule: &dyn Rule, scalars: &[T; SCALARS], p: &mut [T], g: &[T], state: &mut [&mut [T]]) {
    // SAFETY of the casts: `Real` is f32 or f64, and the branch knows which.
    if size_of::<T>() == 4 {
        let mut state: Vec<&mut [f32]> = state.iter_mut().map(|s| bytemuck::cast_slice_mut(s)).collect();
        let scalars: &[f32] = bytemuck::cast_slice(scalars);
        let scalars = scalars.try_into().expect("as many");
        rule.update_f32(scalars, bytemuck::cast_slice_mut(p), bytemuck::cast_slice(g), &mut state);
    } else {
        let mut state: Vec<&mut [f64]> = state.iter_mut().map(|s| bytemuck::cast_slice_mut(s)).collect();
        let scalars: &[f64] = bytemuck::cast_slice(scalars);
        let scalars = scalars.try_into().expect("as many");
        rule.update_f64(scalars, bytemuck::cast_slice_mut(p), bytemuck::cast_slice(g), &mut state);
    }
}

/// Implements both types of a rule's update by one generic function of its module.
#[macro_export]
macro_rules! update_twins {
    ($function:path) => {
        fn update_f32(&self, scalars: &[f32; SCALARS], p: &mut [f32], g: &[f32], state: &mut [&mut [f32]]) {
            $function(self, scalars, p, g, state)
        }
        fn update_f64(&self, scalars: &[f64; SCALARS], p: &mut [f64], g: &[f64], state: &mut [&mut [f64]]) {
            $function(self, scalars, p, g, state)
        }
    };
}

/// One of each, for parity and tests.
pub fn samples() -> Vec<Arc<dyn Rule>> {
    ALL.iter().map(|optimizer| (optimizer.sample)()).collect()
}

/// Reads the optimizer of a config.
pub fn read(config: &config::OptimizerConfig) -> Result<Arc<dyn Rule>, config::Error> {
    let names: Vec<&str> = ALL.iter().map(|optimizer| optimizer.name).collect();
    let Some(optimizer) = ALL.iter().find(|optimizer| optimizer.name == config.kind) else {
        return Err(config::Error::unknown(&config.place, "optimizer", &config.kind, &names));
    };
    let keys = &config.keys;
    // The learning rate is the schedule's.
    keys.value("learning_rate");
    let rule = (optimizer.read)(keys)?;
    keys.finish()?;
    Ok(rule)
}
