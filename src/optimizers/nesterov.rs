//! Nesterov's accelerated gradient (Nesterov, 1983; Sutskever, Martens, Dahl and Hinton, "On the
//! importance of initialization and momentum in deep learning", ICML 2013). The lecture walks in
//! two steps, with the gradient taken between them, at the place looked ahead to:
//!
//! ```text
//! θ ← θ + β v
//! g ← gradient at this θ
//! v ← β v − α g
//! θ ← θ − α g
//! ```
//!
//! A training step computes its gradient at the stored parameters, so what is stored here is the
//! place looked ahead to, φ = θ + β v, as in Keras. The gradient at φ then gives
//!
//! ```text
//! v ← β v − α g
//! φ ← φ + β v − α g              velocity = "step"
//! ```
//!
//! which is the same walk, seen half a step later. So what is trained, evaluated and kept in a checkpoint is φ; the
//! slide's place is θ = φ − β v ([`Rule::theta`]), and its first step is α g where that of φ is (1 + β) α g. Both come
//! to the same as the walk ends, since v goes to 0. `trajectory` shows θ under the dialect `lecture`.
//!
//! PyTorch's buffer holds gradients:
//!
//! ```text
//! b ← β b + g
//! φ ← φ − α (g + β b)            velocity = "gradient"
//! ```

use std::sync::Arc;

use super::{Dialect, Gradient, Optimizer, Rule, SCALARS, Velocity, momentum::Momentum};
use crate::{real::Real, update_twins};

/// Nesterov's accelerated gradient.
pub const NESTEROV: Optimizer = Optimizer {
    name: "nesterov",
    gradient: Gradient::Linear,
    read: |table, dialect| Ok(Arc::new(Nesterov(Momentum::read(table, dialect)?))),
    samples: || Dialect::ALL.iter().map(|&dialect| Arc::new(Nesterov::of(dialect)) as Arc<dyn Rule>).collect(),
};

/// Its settings are momentum's.
#[derive(Debug, Clone)]
pub struct Nesterov(pub Momentum);

impl Nesterov {
    /// The dialect's settings.
    pub fn of(dialect: Dialect) -> Self {
        Nesterov(Momentum::of(dialect))
    }
}

impl Rule for Nesterov {
    fn name(&self) -> &'static str {
        NESTEROV.name
    }
    fn formula(&self) -> String {
        let beta = self.0.momentum;
        match self.0.velocity {
            Velocity::Step if self.0.dialect == Dialect::Lecture => {
                format!("p = p + {beta} v; g there; v = {beta} v - lr g; p = p - lr g")
            }
            Velocity::Step => format!("v = {beta} v - lr g; p = p + {beta} v - lr g"),
            Velocity::Gradient => format!("b = {beta} b + g; p = p - lr (g + {beta} b)"),
        }
    }
    fn keys(&self) -> toml::Table {
        self.0.keys()
    }
    fn default_learning_rate(&self) -> f64 {
        self.0.default_learning_rate()
    }
    fn state_names(&self) -> Vec<&'static str> {
        vec!["v"]
    }
    fn scalars(&self, learning_rate: f64, _: u64) -> [f64; SCALARS] {
        self.0.scalars(learning_rate)
    }
    fn theta(&self, stored: f64, state: &[f64]) -> f64 {
        match (self.0.dialect, self.0.velocity) {
            (Dialect::Lecture, Velocity::Step) => stored - self.0.momentum * state[0],
            _ => stored,
        }
    }
    fn wgsl(&self) -> &'static str {
        include_str!("../../shaders/optimizers/nesterov.wgsl")
    }
    update_twins!(update);
}

fn update<T: Real>(_: &Nesterov, scalars: &[T; SCALARS], g: &mut [T], state: &mut [&mut [T]]) {
    let &[momentum, into, out, ..] = scalars;
    let [v] = state else { unreachable!("one tensor of state") };
    for (g, v) in g.iter_mut().zip(v.iter_mut()) {
        *v = momentum * *v + into * *g;
        *g = out * (momentum * *v + into * *g);
    }
}
