//! AdamW (Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019): [`Adam`], and
//! weights that decay by themselves, past the division by √r̂:
//!
//! ```text
//! θ ← θ − α λ θ
//! θ ← θ − α ŝ / (√r̂ + ε)
//! ```
//!
//! λ is `weight_decay`; `decay = "l2"` would make this Adam again.

use std::sync::Arc;

use super::{Dialect, Gradient, Optimizer, Rule, SCALARS, adam::Adam, adam::update};
use crate::update_twins;

/// AdamW.
pub const ADAMW: Optimizer = Optimizer {
    name: "adamw",
    gradient: Gradient::Squared,
    read: |table, dialect| Ok(Arc::new(AdamW { adam: Adam::read(table, Adam::of(dialect))?, dialect })),
    samples: || vec![Arc::new(AdamW::of(Dialect::Lecture)) as Arc<dyn Rule>],
};

/// AdamW's settings are Adam's; its default decay is its own.
#[derive(Debug, Clone)]
pub struct AdamW {
    /// All but the decay.
    pub adam: Adam,
    /// Whose default decay, which is there unless a [`super::Configured`] says otherwise.
    pub dialect: Dialect,
}

impl AdamW {
    /// The dialect's settings.
    pub fn of(dialect: Dialect) -> Self {
        AdamW { adam: Adam::of(dialect), dialect }
    }
}

impl Rule for AdamW {
    fn name(&self) -> &'static str {
        ADAMW.name
    }
    fn formula(&self) -> String {
        self.adam.formula()
    }
    fn keys(&self) -> toml::Table {
        self.adam.keys()
    }
    fn default_learning_rate(&self) -> f64 {
        self.adam.default_learning_rate()
    }
    fn default_weight_decay(&self) -> f64 {
        self.dialect.of(0.01, 0.004, 0.01)
    }
    fn dialect(&self) -> Dialect {
        self.dialect
    }
    fn state_names(&self) -> Vec<&'static str> {
        self.adam.state_names()
    }
    fn scalars(&self, learning_rate: f64, updates: u64) -> [f64; SCALARS] {
        self.adam.scalars(learning_rate, updates)
    }
    fn wgsl(&self) -> &'static str {
        self.adam.wgsl()
    }
    fn constants(&self) -> Vec<(&'static str, f64)> {
        self.adam.constants()
    }
    update_twins!(twin);
}

fn twin<T: crate::real::Real>(rule: &AdamW, scalars: &[T; SCALARS], g: &mut [T], state: &mut [&mut [T]]) {
    update(&rule.adam, scalars, g, state);
}
