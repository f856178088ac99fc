//! AdaGrad (Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and
//! stochastic optimization", JMLR 12, 2011):
//!
//! ```text
//! r ← r + g²                     r begins at `initial_accumulator`
//! θ ← θ − α g / (√r + ε)         ε outside; θ ← θ − α g / √(r + ε) with ε inside
//! ```

use std::sync::Arc;

use serde::Serialize;

use super::{Dialect, Gradient, Optimizer, Placement, Rule, SCALARS, dialect, padded};
use crate::{config, real::Real, update_twins};

/// AdaGrad.
pub const ADAGRAD: Optimizer = Optimizer {
    name: "adagrad",
    gradient: Gradient::Squared,
    read: |table, dialect| Ok(Arc::new(Adagrad::read(table, dialect)?)),
    samples: || Dialect::ALL.iter().map(|&dialect| Arc::new(Adagrad::of(dialect)) as Arc<dyn Rule>).collect(),
};

/// AdaGrad's settings.
#[derive(Debug, Clone, Serialize)]
pub struct Adagrad {
    /// Whose default learning rate.
    #[serde(skip)]
    pub dialect: Dialect,
    /// r before the first step.
    pub initial_accumulator: f64,
    /// ε: keeps the divisor from 0.
    pub epsilon: f64,
    /// Where it stands.
    pub epsilon_placement: Placement,
}

impl Adagrad {
    /// The dialect's settings.
    pub fn of(dialect: Dialect) -> Self {
        Adagrad {
            dialect,
            initial_accumulator: dialect.of(0.0, 0.1, 0.0),
            epsilon: dialect.of(1e-7, 1e-7, 1e-10),
            epsilon_placement: dialect.of(Placement::Outside, Placement::Inside, Placement::Outside),
        }
    }

    fn read(table: &config::Table, dialect: Dialect) -> Result<Self, config::Error> {
        let default = Adagrad::of(dialect);
        let initial = table.number("initial_accumulator", config::NOT_NEGATIVE)?;
        Ok(Adagrad {
            initial_accumulator: initial.unwrap_or(default.initial_accumulator),
            epsilon: dialect::epsilon(table, default.epsilon)?,
            epsilon_placement: Placement::read(table)?.unwrap_or(default.epsilon_placement),
            ..default
        })
    }
}

impl Rule for Adagrad {
    fn name(&self) -> &'static str {
        ADAGRAD.name
    }
    fn formula(&self) -> String {
        let divisor = self.epsilon_placement.formula("r", self.epsilon);
        format!("r = r + g^2, from {}; p = p - lr g / {divisor}", self.initial_accumulator)
    }
    fn keys(&self) -> toml::Table {
        toml::Table::try_from(self).expect("numbers and a name")
    }
    fn default_learning_rate(&self) -> f64 {
        self.dialect.of(0.01, 0.001, 0.01)
    }
    fn state_names(&self) -> Vec<&'static str> {
        vec!["r"]
    }
    fn initial_state(&self) -> Vec<f64> {
        vec![self.initial_accumulator]
    }
    /// −α, ε outside the root, ε inside.
    fn scalars(&self, learning_rate: f64, _: u64) -> [f64; SCALARS] {
        let (outside, inside) = self.epsilon_placement.split(self.epsilon);
        padded([-learning_rate, outside, inside])
    }
    fn wgsl(&self) -> &'static str {
        include_str!("../../shaders/optimizers/adagrad.wgsl")
    }
    update_twins!(update);
}

fn update<T: Real>(_: &Adagrad, scalars: &[T; SCALARS], g: &mut [T], state: &mut [&mut [T]]) {
    let &[rate, outside, inside, ..] = scalars;
    let [r] = state else { unreachable!("one tensor of state") };
    for (g, r) in g.iter_mut().zip(r.iter_mut()) {
        *r += *g * *g;
        *g = rate * *g / ((*r + inside).sqrt() + outside);
    }
}
