//! SGD with momentum (Polyak, "Some methods of speeding up the convergence of iteration methods",
//! 1964), as the lecture and Keras write it:
//!
//! ```text
//! v ← β v − α g
//! θ ← θ + v                      velocity = "step"
//! ```
//!
//! and as PyTorch does, where the buffer holds gradients, so that a change of α acts on old ones
//! too (while α is constant, both are the same):
//!
//! ```text
//! b ← β b + g
//! θ ← θ − α b                    velocity = "gradient"
//! ```

use std::sync::Arc;

use serde::Serialize;

use super::{Dialect, Gradient, Optimizer, Rule, SCALARS, Velocity, dialect, padded};
use crate::{config, real::Real, update_twins};

/// SGD with momentum.
pub const MOMENTUM: Optimizer = Optimizer {
    name: "momentum",
    gradient: Gradient::Linear,
    read: |table, dialect| Ok(Arc::new(Momentum::read(table, dialect)?)),
    samples: || Dialect::ALL.iter().map(|&dialect| Arc::new(Momentum::of(dialect)) as Arc<dyn Rule>).collect(),
};

/// Momentum's settings, which are Nesterov's too.
#[derive(Debug, Clone, Serialize)]
pub struct Momentum {
    /// Whose default learning rate.
    #[serde(skip)]
    pub dialect: Dialect,
    /// β: what is left of the velocity after a step.
    pub momentum: f64,
    /// What the buffer holds.
    pub velocity: Velocity,
}

impl Momentum {
    /// The dialect's settings.
    pub fn of(dialect: Dialect) -> Self {
        Momentum { dialect, momentum: 0.9, velocity: dialect.velocity() }
    }

    pub(super) fn read(table: &config::Table, dialect: Dialect) -> Result<Self, config::Error> {
        let default = Momentum::of(dialect);
        Ok(Momentum {
            momentum: dialect::fraction(table, "momentum", default.momentum)?,
            velocity: Velocity::read(table)?.unwrap_or(default.velocity),
            ..default
        })
    }

    pub(super) fn keys(&self) -> toml::Table {
        toml::Table::try_from(self).expect("a number and a name")
    }

    pub(super) fn default_learning_rate(&self) -> f64 {
        self.dialect.of(0.01, 0.01, 0.001)
    }

    /// β, what g is multiplied by into the buffer, what the buffer is multiplied by.
    pub(super) fn scalars(&self, learning_rate: f64) -> [f64; SCALARS] {
        let (into, out) = self.velocity.factors(learning_rate);
        padded([self.momentum, into, out])
    }
}

impl Rule for Momentum {
    fn name(&self) -> &'static str {
        MOMENTUM.name
    }
    fn formula(&self) -> String {
        match self.velocity {
            Velocity::Step => format!("v = {} v - lr g; p = p + v", self.momentum),
            Velocity::Gradient => format!("b = {} b + g; p = p - lr b", self.momentum),
        }
    }
    fn keys(&self) -> toml::Table {
        self.keys()
    }
    fn default_learning_rate(&self) -> f64 {
        self.default_learning_rate()
    }
    fn state_names(&self) -> Vec<&'static str> {
        vec!["v"]
    }
    fn scalars(&self, learning_rate: f64, _: u64) -> [f64; SCALARS] {
        self.scalars(learning_rate)
    }
    fn wgsl(&self) -> &'static str {
        include_str!("../../shaders/optimizers/momentum.wgsl")
    }
    update_twins!(update);
}

fn update<T: Real>(_: &Momentum, scalars: &[T; SCALARS], g: &mut [T], state: &mut [&mut [T]]) {
    let &[momentum, into, out, ..] = scalars;
    let [v] = state else { unreachable!("one tensor of state") };
    for (g, v) in g.iter_mut().zip(v.iter_mut()) {
        *v = momentum * *v + into * *g;
        *g = out * *v;
    }
}
