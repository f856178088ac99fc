//! Adam (Kingma and Ba, "Adam: a method for stochastic optimization", 2014):
//!
//!     t ← t + 1
//!     s ← β₁ s + (1 − β₁) g          r ← β₂ r + (1 − β₂) g²
//!     ŝ = s / (1 − β₁ᵗ)              r̂ = r / (1 − β₂ᵗ)
//!     θ ← θ − α ŝ / (√r̂ + ε)         ε outside; θ ← θ − α ŝ / √(r̂ + ε) with ε inside

use std::sync::Arc;

use serde::Serialize;

use super::{Optimizer, Rule};
use crate::{config, kernels::SCALARS, real::Real, update_twins};

/// Adam.
pub const ADAM: Optimizer =
    Optimizer { name: "adam", read: |table| Ok(Arc::new(Adam::read(table)?)), sample: || Arc::new(Adam::default()) };

/// Adam's settings.
#[derive(Debug, Clone, Serialize)]
pub struct Adam {
    /// Decay of the mean of gradients.
    pub beta1: f64,
    /// Decay of the mean of squared gradients.
    pub beta2: f64,
    /// Keeps the divisor from 0.
    pub epsilon: f64,
    /// "outside" or "inside" of the root.
    pub epsilon_placement: &'static str,
}

impl Default for Adam {
    fn default() -> Self {
        Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-7, epsilon_placement: "outside" }
    }
}

impl Adam {
    fn read(table: &config::Table) -> Result<Self, config::Error> {
        let default = Adam::default();
        let inside =
            table.choice("epsilon_placement", &["outside", "inside"])?.is_some_and(|placement| placement == "inside");
        Ok(Adam {
            beta1: table.number("beta1", config::FRACTION)?.unwrap_or(default.beta1),
            beta2: table.number("beta2", config::FRACTION)?.unwrap_or(default.beta2),
            epsilon: table.number("epsilon", config::POSITIVE)?.unwrap_or(default.epsilon),
            epsilon_placement: if inside { "inside" } else { "outside" },
        })
    }
}

impl Rule for Adam {
    fn name(&self) -> &'static str {
        ADAM.name
    }
    fn formula(&self) -> String {
        let divisor = match self.epsilon_placement {
            "inside" => format!("sqrt(r/(1-{}^t) + {:e})", self.beta2, self.epsilon),
            _ => format!("(sqrt(r/(1-{}^t)) + {:e})", self.beta2, self.epsilon),
        };
        format!(
            "s = {b1} s + {:.3} g; r = {b2} r + {:.4} g^2; p = p - lr s/(1-{b1}^t) / {divisor}",
            1.0 - self.beta1,
            1.0 - self.beta2,
            b1 = self.beta1,
            b2 = self.beta2,
        )
    }
    fn keys(&self) -> toml::Table {
        toml::Table::try_from(self).expect("numbers and a name")
    }
    fn state_names(&self) -> &'static [&'static str] {
        &["s", "r"]
    }
    /// α/(1−β₁ᵗ), 1/(1−β₂ᵗ), β₁, 1−β₁, β₂, 1−β₂, ε outside the root, ε inside.
    fn scalars(&self, learning_rate: f64, updates: u64) -> [f64; SCALARS] {
        let t = (updates + 1) as f64;
        let (outside, inside) = match self.epsilon_placement {
            "inside" => (0.0, self.epsilon),
            _ => (self.epsilon, 0.0),
        };
        [
            learning_rate / (1.0 - self.beta1.powf(t)),
            1.0 / (1.0 - self.beta2.powf(t)),
            self.beta1,
            1.0 - self.beta1,
            self.beta2,
            1.0 - self.beta2,
            outside,
            inside,
        ]
    }
    fn wgsl(&self) -> &'static str {
        include_str!("../../shaders/optimizers/adam.wgsl")
    }
    update_twins!(update);
}

fn update<T: Real>(_: &Adam, scalars: &[T; SCALARS], p: &mut [T], g: &[T], state: &mut [&mut [T]]) {
    let &[learning_rate, correction, beta1, rest1, beta2, rest2, outside, inside] = scalars;
    let [s, r] = state else { unreachable!("two tensors of state") };
    for (((p, &g), s), r) in p.iter_mut().zip(g).zip(s.iter_mut()).zip(r.iter_mut()) {
        *s = beta1 * *s + rest1 * g;
        *r = beta2 * *r + rest2 * g * g;
        *p -= learning_rate * *s / ((*r * correction + inside).sqrt() + outside);
    }
}
