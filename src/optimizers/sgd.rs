//! Stochastic gradient descent (Robbins and Monro, "A stochastic approximation method", 1951):
//!
//! ```text
//! θ ← θ − α g
//! ```

use std::sync::Arc;

use super::{Dialect, Gradient, Optimizer, Rule, SCALARS, padded};
use crate::{real::Real, update_twins};

/// Stochastic gradient descent.
pub const SGD: Optimizer = Optimizer {
    name: "sgd",
    gradient: Gradient::Linear,
    read: |_, dialect| Ok(Arc::new(Sgd { dialect })),
    samples: || vec![Arc::new(Sgd::default())],
};

/// It has no settings but its learning rate.
#[derive(Debug, Default, Clone)]
pub struct Sgd {
    /// Whose default learning rate.
    pub dialect: Dialect,
}

impl Rule for Sgd {
    fn name(&self) -> &'static str {
        SGD.name
    }
    fn formula(&self) -> String {
        "p = p - lr g".into()
    }
    fn keys(&self) -> toml::Table {
        toml::Table::new()
    }
    fn default_learning_rate(&self) -> f64 {
        self.dialect.of(0.01, 0.01, 0.001)
    }
    fn state_names(&self) -> Vec<&'static str> {
        vec![]
    }
    fn scalars(&self, learning_rate: f64, _: u64) -> [f64; SCALARS] {
        padded([-learning_rate])
    }
    fn wgsl(&self) -> &'static str {
        include_str!("../../shaders/optimizers/sgd.wgsl")
    }
    update_twins!(update);
}

fn update<T: Real>(_: &Sgd, scalars: &[T; SCALARS], g: &mut [T], _: &mut [&mut [T]]) {
    g.iter_mut().for_each(|g| *g *= scalars[0]);
}
