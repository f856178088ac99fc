//! Stochastic gradient descent (Robbins and Monro, "A stochastic approximation method", 1951):
//!
//!     θ ← θ − α g

use std::sync::Arc;

use super::{Optimizer, Rule};
use crate::{kernels::SCALARS, real::Real, update_twins};

/// Stochastic gradient descent.
pub const SGD: Optimizer = Optimizer { name: "sgd", read: |_| Ok(Arc::new(Sgd)), sample: || Arc::new(Sgd) };

/// It has no settings but its learning rate.
#[derive(Debug)]
pub struct Sgd;

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
    fn state_names(&self) -> &'static [&'static str] {
        &[]
    }
    fn scalars(&self, learning_rate: f64, _: u64) -> [f64; SCALARS] {
        [learning_rate, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    }
    fn wgsl(&self) -> &'static str {
        include_str!("../../shaders/optimizers/sgd.wgsl")
    }
    update_twins!(update);
}

fn update<T: Real>(_: &Sgd, scalars: &[T; SCALARS], p: &mut [T], g: &[T], _: &mut [&mut [T]]) {
    let learning_rate = scalars[0];
    for (p, &g) in p.iter_mut().zip(g) {
        *p -= learning_rate * g;
    }
}
