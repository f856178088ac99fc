//! Adadelta (Zeiler, "ADADELTA: an adaptive learning rate method", 2012):
//!
//! ```text
//! r ← ρ r + (1 − ρ) g²
//! δ ← g √(u + ε) / √(r + ε)
//! u ← ρ u + (1 − ρ) δ²
//! θ ← θ − α δ
//! ```
//!
//! ε inside both roots is part of the method: it is what the first steps are made of.

use std::sync::Arc;

use serde::Serialize;

use super::{Dialect, Gradient, Optimizer, Rule, SCALARS, dialect, padded};
use crate::{config, real::Real, update_twins};

/// Adadelta.
pub const ADADELTA: Optimizer = Optimizer {
    name: "adadelta",
    gradient: Gradient::Squared,
    read: |table, dialect| Ok(Arc::new(Adadelta::read(table, dialect)?)),
    samples: || vec![Arc::new(Adadelta::of(Dialect::Lecture))],
};

/// Adadelta's settings.
#[derive(Debug, Clone, Serialize)]
pub struct Adadelta {
    /// Whose default learning rate.
    #[serde(skip)]
    pub dialect: Dialect,
    /// ρ: decay of the means.
    pub rho: f64,
    /// ε.
    pub epsilon: f64,
}

impl Adadelta {
    /// The dialect's settings; the lecture's are Zeiler's.
    pub fn of(dialect: Dialect) -> Self {
        Adadelta { dialect, rho: dialect.of(0.95, 0.95, 0.9), epsilon: dialect.of(1e-6, 1e-7, 1e-6) }
    }

    fn read(table: &config::Table, dialect: Dialect) -> Result<Self, config::Error> {
        let default = Adadelta::of(dialect);
        Ok(Adadelta {
            rho: dialect::fraction(table, "rho", default.rho)?,
            epsilon: dialect::epsilon(table, default.epsilon)?,
            ..default
        })
    }
}

impl Rule for Adadelta {
    fn name(&self) -> &'static str {
        ADADELTA.name
    }
    fn formula(&self) -> String {
        let (rho, rest, epsilon) = (self.rho, 1.0 - self.rho, self.epsilon);
        format!(
            "r = {rho} r + {rest:.4} g^2; d = g sqrt(u + {epsilon:e}) / sqrt(r + {epsilon:e}); \
             u = {rho} u + {rest:.4} d^2; p = p - lr d"
        )
    }
    fn keys(&self) -> toml::Table {
        toml::Table::try_from(self).expect("numbers")
    }
    fn default_learning_rate(&self) -> f64 {
        self.dialect.of(1.0, 0.001, 1.0)
    }
    fn state_names(&self) -> Vec<&'static str> {
        vec!["r", "u"]
    }
    /// −α, ρ, 1−ρ, ε.
    fn scalars(&self, learning_rate: f64, _: u64) -> [f64; SCALARS] {
        padded([-learning_rate, self.rho, 1.0 - self.rho, self.epsilon])
    }
    fn wgsl(&self) -> &'static str {
        include_str!("../../shaders/optimizers/adadelta.wgsl")
    }
    update_twins!(update);
}

fn update<T: Real>(_: &Adadelta, scalars: &[T; SCALARS], g: &mut [T], state: &mut [&mut [T]]) {
    let &[rate, rho, rest, epsilon, ..] = scalars;
    let [r, u] = state else { unreachable!("two tensors of state") };
    for ((g, r), u) in g.iter_mut().zip(r.iter_mut()).zip(u.iter_mut()) {
        *r = rho * *r + rest * *g * *g;
        let delta = *g * ((*u + epsilon) / (*r + epsilon)).sqrt();
        *u = rho * *u + rest * delta * delta;
        *g = rate * delta;
    }
}
