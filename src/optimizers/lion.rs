//! Lion (Chen et al., "Symbolic discovery of optimization algorithms", 2023):
//!
//! ```text
//! θ ← θ − α sign(β₁ m + (1 − β₁) g)
//! m ← β₂ m + (1 − β₂) g
//! ```
//!
//! Every step is as long as the learning rate, so that should be 3 to 10 times smaller than Adam's.

use std::sync::Arc;

use serde::Serialize;

use super::{Dialect, Gradient, Optimizer, Rule, SCALARS, dialect, padded};
use crate::{config, real::Real, update_twins};

/// Lion.
pub const LION: Optimizer = Optimizer {
    name: "lion",
    gradient: Gradient::Sign,
    read: |table, dialect| Ok(Arc::new(Lion::read(table, dialect)?)),
    samples: || vec![Arc::new(Lion::of(Dialect::Lecture)) as Arc<dyn Rule>],
};

/// Lion's settings.
#[derive(Debug, Clone, Serialize)]
pub struct Lion {
    /// Whose default learning rate.
    #[serde(skip)]
    pub dialect: Dialect,
    /// β₁: weight of the mean against the present gradient.
    pub beta1: f64,
    /// β₂: decay of the mean of gradients.
    pub beta2: f64,
}

impl Lion {
    /// The dialect's settings. PyTorch has no Lion: its are the paper's.
    pub fn of(dialect: Dialect) -> Self {
        Lion { dialect, beta1: 0.9, beta2: 0.99 }
    }

    fn read(table: &config::Table, dialect: Dialect) -> Result<Self, config::Error> {
        let default = Lion::of(dialect);
        Ok(Lion {
            beta1: dialect::fraction(table, "beta1", default.beta1)?,
            beta2: dialect::fraction(table, "beta2", default.beta2)?,
            ..default
        })
    }
}

impl Rule for Lion {
    fn name(&self) -> &'static str {
        LION.name
    }
    fn formula(&self) -> String {
        let (b1, b2) = (self.beta1, self.beta2);
        format!("p = p - lr sign({b1} m + {:.4} g); m = {b2} m + {:.4} g", 1.0 - b1, 1.0 - b2)
    }
    fn keys(&self) -> toml::Table {
        toml::Table::try_from(self).expect("numbers")
    }
    fn default_learning_rate(&self) -> f64 {
        self.dialect.of(1e-4, 1e-3, 1e-4)
    }
    fn state_names(&self) -> Vec<&'static str> {
        vec!["m"]
    }
    /// −α, β₁, 1−β₁, β₂, 1−β₂.
    fn scalars(&self, learning_rate: f64, _: u64) -> [f64; SCALARS] {
        padded([-learning_rate, self.beta1, 1.0 - self.beta1, self.beta2, 1.0 - self.beta2])
    }
    fn wgsl(&self) -> &'static str {
        include_str!("../../shaders/optimizers/lion.wgsl")
    }
    update_twins!(update);
}

fn update<T: Real>(_: &Lion, scalars: &[T; SCALARS], g: &mut [T], state: &mut [&mut [T]]) {
    let &[rate, beta1, rest1, beta2, rest2, ..] = scalars;
    let [m] = state else { unreachable!("one tensor of state") };
    for (g, m) in g.iter_mut().zip(m.iter_mut()) {
        let direction = beta1 * *m + rest1 * *g;
        *m = beta2 * *m + rest2 * *g;
        *g = rate * sign(direction);
    }
}

/// −1, 0 or 1; Rust's own `signum` of 0 is 1.
pub(super) fn sign<T: Real>(value: T) -> T {
    if value.is_zero() { value } else { value.signum() }
}
