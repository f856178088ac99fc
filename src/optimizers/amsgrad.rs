//! AMSGrad (Reddi, Kale and Kumar, "On the convergence of Adam and beyond", ICLR 2018): [`Adam`]
//! whose divisor never falls,
//!
//! ```text
//! r' ← max(r', r)
//! θ ← θ − α ŝ / (√(r' / (1 − β₂ᵗ)) + ε)
//! ```

use std::sync::Arc;

use super::{Dialect, Gradient, Optimizer, Rule, SCALARS, adam::Adam, adam::update};
use crate::update_twins;

/// AMSGrad.
pub const AMSGRAD: Optimizer = Optimizer {
    name: "amsgrad",
    gradient: Gradient::Squared,
    read: |table, dialect| Ok(Arc::new(AmsGrad(Adam::read(table, AmsGrad::of(dialect).0)?))),
    samples: || vec![Arc::new(AmsGrad::of(Dialect::Lecture)) as Arc<dyn Rule>],
};

/// Its settings are Adam's, with `amsgrad`.
#[derive(Debug, Clone)]
pub struct AmsGrad(pub Adam);

impl AmsGrad {
    /// The dialect's settings.
    pub fn of(dialect: Dialect) -> Self {
        AmsGrad(Adam { amsgrad: true, ..Adam::of(dialect) })
    }
}

impl Rule for AmsGrad {
    fn name(&self) -> &'static str {
        AMSGRAD.name
    }
    fn formula(&self) -> String {
        self.0.formula()
    }
    fn keys(&self) -> toml::Table {
        self.0.keys()
    }
    fn default_learning_rate(&self) -> f64 {
        self.0.default_learning_rate()
    }
    fn state_names(&self) -> Vec<&'static str> {
        self.0.state_names()
    }
    fn scalars(&self, learning_rate: f64, updates: u64) -> [f64; SCALARS] {
        self.0.scalars(learning_rate, updates)
    }
    fn wgsl(&self) -> &'static str {
        self.0.wgsl()
    }
    fn constants(&self) -> Vec<(&'static str, f64)> {
        self.0.constants()
    }
    update_twins!(twin);
}

fn twin<T: crate::real::Real>(rule: &AmsGrad, scalars: &[T; SCALARS], g: &mut [T], state: &mut [&mut [T]]) {
    update(&rule.0, scalars, g, state);
}
