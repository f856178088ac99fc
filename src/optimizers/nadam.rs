//! Nadam (Dozat, "Incorporating Nesterov momentum into Adam", 2016): Adam with Nesterov's look
//! ahead and a momentum μ that rises to β₁,
//!
//! ```text
//! μₜ = β₁ (1 − ½·0.96^(κ t))     Mₜ = μ₁ μ₂ ⋯ μₜ
//! s ← β₁ s + (1 − β₁) g          r ← β₂ r + (1 − β₂) g²
//! ŝ = μₜ₊₁ s / (1 − Mₜ₊₁) + (1 − μₜ) g / (1 − Mₜ)
//! θ ← θ − α ŝ / (√(r / (1 − β₂ᵗ)) + ε)
//! ```
//!
//! κ is `momentum_decay`: 1/250 in the paper and in PyTorch, 1 in Keras.

use std::sync::Arc;

use serde::Serialize;

use super::{Dialect, Gradient, Optimizer, Placement, Rule, SCALARS, dialect, padded};
use crate::{config, real::Real, update_twins};

/// Nadam.
pub const NADAM: Optimizer = Optimizer {
    name: "nadam",
    gradient: Gradient::Squared,
    read: |table, dialect| Ok(Arc::new(Nadam::read(table, dialect)?)),
    samples: || vec![Arc::new(Nadam::of(Dialect::Lecture)) as Arc<dyn Rule>],
};

/// Nadam's settings.
#[derive(Debug, Clone, Serialize)]
pub struct Nadam {
    /// Whose default learning rate.
    #[serde(skip)]
    pub dialect: Dialect,
    /// β₁: decay of the mean of gradients.
    pub beta1: f64,
    /// β₂: decay of the mean of squared gradients.
    pub beta2: f64,
    /// κ: how fast μ rises to β₁.
    pub momentum_decay: f64,
    /// ε: keeps the divisor from 0.
    pub epsilon: f64,
    /// Where it stands.
    pub epsilon_placement: Placement,
}

impl Nadam {
    /// The dialect's settings.
    pub fn of(dialect: Dialect) -> Self {
        Nadam {
            dialect,
            beta1: 0.9,
            beta2: 0.999,
            momentum_decay: dialect.of(0.004, 1.0, 0.004),
            epsilon: dialect.of(1e-7, 1e-7, 1e-8),
            epsilon_placement: Placement::Outside,
        }
    }

    fn read(table: &config::Table, dialect: Dialect) -> Result<Self, config::Error> {
        let default = Nadam::of(dialect);
        Ok(Nadam {
            beta1: dialect::fraction(table, "beta1", default.beta1)?,
            beta2: dialect::fraction(table, "beta2", default.beta2)?,
            momentum_decay: table.number("momentum_decay", config::NOT_NEGATIVE)?.unwrap_or(default.momentum_decay),
            epsilon: dialect::epsilon(table, default.epsilon)?,
            epsilon_placement: Placement::read(table)?.unwrap_or(default.epsilon_placement),
            ..default
        })
    }

    /// μ in step t.
    fn momentum(&self, t: f64) -> f64 {
        self.beta1 * (1.0 - 0.5 * 0.96f64.powf(self.momentum_decay * t))
    }

    /// M = μ₁ ⋯ μₜ. Once it is too small to change 1 − M, it is as good as 0: so a late step costs no
    /// more than that many factors.
    fn product(&self, t: u64) -> f64 {
        let mut product = 1.0;
        for step in 1..=t {
            product *= self.momentum(step as f64);
            if product < 1e-20 {
                return 0.0;
            }
        }
        product
    }
}

impl Rule for Nadam {
    fn name(&self) -> &'static str {
        NADAM.name
    }
    fn formula(&self) -> String {
        let (b1, b2) = (self.beta1, self.beta2);
        let divisor = self.epsilon_placement.formula(&format!("r/(1-{b2}^t)"), self.epsilon);
        format!(
            "m(t) = {b1} (1 - 0.5*0.96^({} t)), M(t) = m(1)...m(t); s = {b1} s + {:.4} g; r = {b2} r + {:.4} g^2; \
             p = p - lr (m(t+1) s/(1-M(t+1)) + (1-m(t)) g/(1-M(t))) / {divisor}",
            self.momentum_decay,
            1.0 - b1,
            1.0 - b2,
        )
    }
    fn keys(&self) -> toml::Table {
        toml::Table::try_from(self).expect("numbers and a name")
    }
    fn default_learning_rate(&self) -> f64 {
        self.dialect.of(0.002, 0.001, 0.002)
    }
    fn state_names(&self) -> Vec<&'static str> {
        vec!["s", "r"]
    }
    /// What s and g are multiplied by, −α included, the correction of r, β₁, 1−β₁, β₂, 1−β₂, ε outside
    /// the root, ε inside.
    fn scalars(&self, learning_rate: f64, updates: u64) -> [f64; SCALARS] {
        let t = (updates + 1) as f64;
        let (now, next) = (self.momentum(t), self.momentum(t + 1.0));
        let product = self.product(updates + 1);
        let (outside, inside) = self.epsilon_placement.split(self.epsilon);
        padded([
            -learning_rate * next / (1.0 - product * next),
            -learning_rate * (1.0 - now) / (1.0 - product),
            1.0 / (1.0 - self.beta2.powf(t)),
            self.beta1,
            1.0 - self.beta1,
            self.beta2,
            1.0 - self.beta2,
            outside,
            inside,
        ])
    }
    fn wgsl(&self) -> &'static str {
        include_str!("../../shaders/optimizers/nadam.wgsl")
    }
    update_twins!(update);
}

fn update<T: Real>(_: &Nadam, scalars: &[T; SCALARS], g: &mut [T], state: &mut [&mut [T]]) {
    let &[of_s, of_g, correction, beta1, rest1, beta2, rest2, outside, inside, ..] = scalars;
    let [s, r] = state else { unreachable!("two tensors of state") };
    for ((g, s), r) in g.iter_mut().zip(s.iter_mut()).zip(r.iter_mut()) {
        *s = beta1 * *s + rest1 * *g;
        *r = beta2 * *r + rest2 * *g * *g;
        *g = (of_s * *s + of_g * *g) / ((*r * correction + inside).sqrt() + outside);
    }
}
