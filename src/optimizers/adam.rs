//! Adam (Kingma and Ba, "Adam: a method for stochastic optimization", 2014):
//!
//! ```text
//! t ← t + 1
//! s ← β₁ s + (1 − β₁) g          r ← β₂ r + (1 − β₂) g²
//! ŝ = s / (1 − β₁ᵗ)              r̂ = r / (1 − β₂ᵗ)
//! θ ← θ − α ŝ / (√r̂ + ε)         ε outside; θ ← θ − α ŝ / √(r̂ + ε) with ε inside
//! ```
//!
//! Keras corrects the learning rate in place of r, so that ε stands beside a root that is still
//! biased, and weighs 1/√(1−β₂ᵗ) times as much: 32 times in the first step ("uncorrected"):
//!
//! ```text
//! θ ← θ − α √(1 − β₂ᵗ) ŝ / (√r + ε)
//! ```
//!
//! `amsgrad` (Reddi, Kale and Kumar, "On the convergence of Adam and beyond", ICLR 2018) takes the
//! largest r so far, before its correction, as Keras and PyTorch do.

use std::sync::Arc;

use serde::Serialize;

use super::{Dialect, Gradient, Optimizer, Placement, Rule, SCALARS, dialect, padded};
use crate::{config, real::Real, update_twins};

/// Adam.
pub const ADAM: Optimizer = Optimizer {
    name: "adam",
    gradient: Gradient::Squared,
    read: |table, dialect| Ok(Arc::new(Adam::read(table, Adam::of(dialect))?)),
    samples: || {
        let inside = Adam { epsilon_placement: Placement::Inside, ..Adam::default() };
        let raw = Adam { bias_correction: false, ..Adam::default() };
        let keras = Adam::of(Dialect::Keras);
        let amsgrad = Adam { amsgrad: true, ..keras.clone() };
        [Adam::default(), inside, raw, keras, amsgrad].map(|rule| Arc::new(rule) as Arc<dyn Rule>).into()
    },
};

/// Adam's settings.
#[derive(Debug, Clone, Serialize)]
pub struct Adam {
    /// β₁: decay of the mean of gradients.
    pub beta1: f64,
    /// β₂: decay of the mean of squared gradients.
    pub beta2: f64,
    /// ε: keeps the divisor from 0.
    pub epsilon: f64,
    /// Where it stands.
    pub epsilon_placement: Placement,
    /// Divide the means by 1 − βᵗ.
    pub bias_correction: bool,
    /// Divide by the largest mean of squares so far.
    pub amsgrad: bool,
}

impl Default for Adam {
    fn default() -> Self {
        Adam::of(Dialect::Lecture)
    }
}

impl Adam {
    /// The dialect's settings.
    pub fn of(dialect: Dialect) -> Self {
        Adam {
            beta1: 0.9,
            beta2: 0.999,
            epsilon: dialect.of(1e-7, 1e-7, 1e-8),
            epsilon_placement: dialect.of(Placement::Outside, Placement::Uncorrected, Placement::Outside),
            bias_correction: true,
            amsgrad: false,
        }
    }

    /// Reads the keys that all of Adam's kin have.
    pub(super) fn read(table: &config::Table, default: Adam) -> Result<Self, config::Error> {
        let placement = match table.choice("epsilon_placement", &["outside", "inside", "uncorrected"])? {
            Some("inside") => Placement::Inside,
            Some("outside") => Placement::Outside,
            Some(_) => Placement::Uncorrected,
            None => default.epsilon_placement,
        };
        Ok(Adam {
            beta1: dialect::fraction(table, "beta1", default.beta1)?,
            beta2: dialect::fraction(table, "beta2", default.beta2)?,
            epsilon: dialect::epsilon(table, default.epsilon)?,
            epsilon_placement: placement,
            bias_correction: table.boolean("bias_correction")?.unwrap_or(default.bias_correction),
            amsgrad: table.boolean("amsgrad")?.unwrap_or(default.amsgrad),
        })
    }
}

impl Rule for Adam {
    fn name(&self) -> &'static str {
        ADAM.name
    }
    fn formula(&self) -> String {
        let (b1, b2) = (self.beta1, self.beta2);
        let (s, correction) = match self.bias_correction {
            true => (format!("s/(1-{b1}^t)"), format!("/(1-{b2}^t)")),
            false => ("s".to_owned(), String::new()),
        };
        let r = if self.amsgrad { "max(r)" } else { "r" };
        let divisor = match self.epsilon_placement {
            Placement::Uncorrected if self.bias_correction => {
                format!("(sqrt({r}) + {:e}) * sqrt(1-{b2}^t)", self.epsilon)
            }
            placement => placement.formula(&format!("{r}{correction}"), self.epsilon),
        };
        format!("s = {b1} s + {:.4} g; r = {b2} r + {:.4} g^2; p = p - lr {s} / {divisor}", 1.0 - b1, 1.0 - b2)
    }
    fn keys(&self) -> toml::Table {
        toml::Table::try_from(self).expect("numbers and a name")
    }
    fn default_learning_rate(&self) -> f64 {
        0.001
    }
    fn state_names(&self) -> Vec<&'static str> {
        if self.amsgrad { vec!["s", "r", "largest"] } else { vec!["s", "r"] }
    }
    /// −α with the correction of s, the correction of r, β₁, 1−β₁, β₂, 1−β₂, ε outside the root, ε
    /// inside.
    fn scalars(&self, learning_rate: f64, updates: u64) -> [f64; SCALARS] {
        let t = (updates + 1) as f64;
        let (outside, inside) = self.epsilon_placement.split(self.epsilon);
        let (s, r) = match self.bias_correction {
            true => (1.0 / (1.0 - self.beta1.powf(t)), 1.0 / (1.0 - self.beta2.powf(t))),
            false => (1.0, 1.0),
        };
        let (s, r) = if self.epsilon_placement == Placement::Uncorrected { (s / r.sqrt(), 1.0) } else { (s, r) };
        padded([-learning_rate * s, r, self.beta1, 1.0 - self.beta1, self.beta2, 1.0 - self.beta2, outside, inside])
    }
    fn wgsl(&self) -> &'static str {
        include_str!("../../shaders/optimizers/adam.wgsl")
    }
    fn constants(&self) -> Vec<(&'static str, f64)> {
        vec![("amsgrad", self.amsgrad.into())]
    }
    update_twins!(update);
}

pub(super) fn update<T: Real>(rule: &Adam, scalars: &[T; SCALARS], g: &mut [T], state: &mut [&mut [T]]) {
    let &[rate, correction, beta1, rest1, beta2, rest2, outside, inside, ..] = scalars;
    let [s, r, largest @ ..] = state else { unreachable!("two tensors of state at least") };
    for (at, ((g, s), r)) in g.iter_mut().zip(s.iter_mut()).zip(r.iter_mut()).enumerate() {
        *s = beta1 * *s + rest1 * *g;
        *r = beta2 * *r + rest2 * *g * *g;
        let mut divisor = *r;
        if rule.amsgrad {
            divisor = divisor.max(largest[0][at]);
            largest[0][at] = divisor;
        }
        *g = rate * *s / ((divisor * correction + inside).sqrt() + outside);
    }
}
