//! AMSGrad (Reddi, Kale and Kumar, "On the convergence of Adam and beyond", ICLR 2018): [`Adam`]
//! whose divisor never falls,
//!
//! ```text
//! r' ← max(r', r)
//! θ ← θ − α ŝ / (√(r' / (1 − β₂ᵗ)) + ε)
//! ```

use std::sync::Arc;

use super::{Gradient, Optimizer, Rule, adam::Adam};

/// AMSGrad.
pub const AMSGRAD: Optimizer = Optimizer {
    name: "amsgrad",
    gradient: Gradient::Squared,
    read: |table, dialect| {
        let default = Adam { name: AMSGRAD.name, amsgrad: true, ..Adam::of(dialect) };
        Ok(Arc::new(Adam::read(table, default)?))
    },
    samples: || vec![Arc::new(Adam { name: AMSGRAD.name, amsgrad: true, ..Adam::default() }) as Arc<dyn Rule>],
};
