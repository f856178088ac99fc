//! α

use std::sync::Arc;

use serde::Serialize;

use super::{Curve, Kind, initial, keys};

/// α
pub(super) const CONSTANT: Kind = Kind {
    name: "constant",
    formula: "initial",
    keys: "initial",
    read: |table, run| Ok(Arc::new(Constant { initial: initial(table, run)? })),
};

#[derive(Debug, Serialize)]
pub(super) struct Constant {
    pub initial: f64,
}

impl Curve for Constant {
    fn name(&self) -> &'static str {
        CONSTANT.name
    }
    fn at(&self, _: u64) -> f64 {
        self.initial
    }
    fn keys(&self) -> toml::Table {
        keys(self)
    }
}
