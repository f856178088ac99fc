//! Constant pieces: values[i] until boundaries[i]. At a boundary itself the old value still holds,
//! as in Keras; `inclusive = false` makes it the first step of the new one, as PyTorch's MultiStepLR.

use std::sync::Arc;

use serde::Serialize;

use super::{Curve, Kind, Run, keys};
use crate::config;

/// Constant pieces.
pub(super) const PIECEWISE: Kind = Kind {
    name: "piecewise",
    formula: "values[i] for the first i with t <= boundaries[i], else the last",
    keys: "boundaries, values, inclusive",
    read,
};

/// Keras's class.
pub(super) const KERAS: Kind = Kind {
    name: "PiecewiseConstantDecay",
    formula: "as piecewise",
    keys: "boundaries, values",
    read: |table, run| {
        if table.has("inclusive") {
            let error = table.error("inclusive", "Keras's boundaries are always inclusive");
            return Err(error.help("leave it out, or take schedule = \"piecewise\""));
        }
        read(table, run)
    },
};

fn read(table: &config::Table, _: &Run) -> Result<Arc<dyn Curve>, config::Error> {
    table.require("boundaries")?;
    table.require("values")?;
    let boundaries = table.integers("boundaries", ..)?.unwrap_or_default();
    let values = table.numbers("values", config::NOT_NEGATIVE)?.unwrap_or_default();
    if let Some(pair) = boundaries.windows(2).find(|pair| pair[0] >= pair[1]) {
        let message = format!("boundaries must ascend, but {} stands before {}", pair[0], pair[1]);
        return Err(table.error("boundaries", message));
    }
    if values.len() != boundaries.len() + 1 {
        let message = format!(
            "{} boundaries make {} pieces, but there are {} values",
            boundaries.len(),
            boundaries.len() + 1,
            values.len()
        );
        return Err(table.error("values", message));
    }
    Ok(Arc::new(Piecewise {
        boundaries: boundaries.into_iter().map(|boundary| boundary as u64).collect(),
        values,
        inclusive: table.boolean("inclusive")?.unwrap_or(true),
    }))
}

#[derive(Debug, Serialize)]
struct Piecewise {
    boundaries: Vec<u64>,
    values: Vec<f64>,
    inclusive: bool,
}

impl Curve for Piecewise {
    fn name(&self) -> &'static str {
        PIECEWISE.name
    }
    fn at(&self, t: u64) -> f64 {
        let passed = |&boundary: &u64| if self.inclusive { boundary < t } else { boundary <= t };
        self.values[self.boundaries.partition_point(passed)]
    }
    fn keys(&self) -> toml::Table {
        keys(self)
    }
}
