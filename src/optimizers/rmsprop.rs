//! RMSProp (Tieleman and Hinton, "Lecture 6.5: rmsprop", 2012), with Graves's centring ("Generating
//! sequences with recurrent neural networks", 2013) and momentum where they are asked for:
//!
//! ```text
//! r ← ρ r + (1 − ρ) g²
//! θ ← θ − α g / (√r + ε)         ε outside; √(r + ε) with ε inside
//! ```
//!
//! The lecture calls ρ `beta`, and so does its dialect; it is read under either name.
//!
//! `centered` keeps the mean of gradients m ← ρ m + (1 − ρ) g as well and takes the variance r − m²
//! for r. With momentum the quotient goes through a buffer as in `momentum`: Keras's holds steps,
//! PyTorch's holds quotients.

use std::sync::Arc;

use serde::Serialize;

use super::{Dialect, Gradient, Optimizer, Placement, Rule, SCALARS, Velocity, dialect, padded};
use crate::{config, real::Real, update_twins};

/// RMSProp.
pub const RMSPROP: Optimizer = Optimizer {
    name: "rmsprop",
    gradient: Gradient::Squared,
    read: |table, dialect| Ok(Arc::new(RmsProp::read(table, dialect)?)),
    samples: || {
        let of = |&dialect| {
            let plain = RmsProp::of(dialect);
            let momentum = RmsProp { momentum: 0.9, ..plain.clone() };
            let centered = RmsProp { centered: true, ..plain.clone() };
            let both = RmsProp { centered: true, ..momentum.clone() };
            [plain, momentum, centered, both].map(|rule| Arc::new(rule) as Arc<dyn Rule>)
        };
        Dialect::ALL.iter().flat_map(of).collect()
    },
};

/// RMSProp's settings.
#[derive(Debug, Clone, Serialize)]
pub struct RmsProp {
    /// Whose default learning rate.
    #[serde(skip)]
    pub dialect: Dialect,
    /// ρ: decay of the means.
    pub rho: f64,
    /// What is left of the velocity after a step; 0 for none.
    pub momentum: f64,
    /// What the buffer holds.
    pub velocity: Velocity,
    /// Divide by the deviation, not by the root of the mean square.
    pub centered: bool,
    /// ε: keeps the divisor from 0.
    pub epsilon: f64,
    /// Where it stands.
    pub epsilon_placement: Placement,
}

impl RmsProp {
    /// The dialect's settings.
    pub fn of(dialect: Dialect) -> Self {
        RmsProp {
            dialect,
            rho: dialect.of(0.9, 0.9, 0.99),
            momentum: 0.0,
            velocity: dialect.velocity(),
            centered: false,
            epsilon: dialect.of(1e-7, 1e-7, 1e-8),
            epsilon_placement: dialect.of(Placement::Outside, Placement::Inside, Placement::Outside),
        }
    }

    fn read(table: &config::Table, dialect: Dialect) -> Result<Self, config::Error> {
        let default = RmsProp::of(dialect);
        Ok(RmsProp {
            rho: default.rho(table)?,
            momentum: dialect::fraction(table, "momentum", default.momentum)?,
            velocity: Velocity::read(table)?.unwrap_or(default.velocity),
            centered: table.boolean("centered")?.unwrap_or(default.centered),
            epsilon: dialect::epsilon(table, default.epsilon)?,
            epsilon_placement: Placement::read(table)?.unwrap_or(default.epsilon_placement),
            ..default
        })
    }

    /// Reads ρ, or the lecture's β.
    fn rho(&self, table: &config::Table) -> Result<f64, config::Error> {
        match (table.has("beta"), table.has("rho")) {
            (true, true) => Err(table.error("rho", "`rho` and `beta` are two names of one number: give one of them")),
            (true, false) => dialect::fraction(table, "beta", self.rho),
            (false, _) => dialect::fraction(table, "rho", self.rho),
        }
    }

    fn accelerated(&self) -> bool {
        self.momentum > 0.0
    }
}

impl Rule for RmsProp {
    fn name(&self) -> &'static str {
        RMSPROP.name
    }
    fn formula(&self) -> String {
        let rho = self.rho;
        let mean = if self.centered { format!("m = {rho} m + {:.4} g; ", 1.0 - rho) } else { String::new() };
        let divisor = self.epsilon_placement.formula(if self.centered { "max(r - m^2, 0)" } else { "r" }, self.epsilon);
        let step = match (self.accelerated(), self.velocity) {
            (false, _) => format!("p = p - lr g / {divisor}"),
            (true, Velocity::Step) => format!("v = {} v - lr g / {divisor}; p = p + v", self.momentum),
            (true, Velocity::Gradient) => format!("b = {} b + g / {divisor}; p = p - lr b", self.momentum),
        };
        format!("r = {rho} r + {:.4} g^2; {mean}{step}", 1.0 - rho)
    }
    fn keys(&self) -> toml::Table {
        let keys = toml::Table::try_from(self).expect("numbers and names");
        let name = |key: String| if key == "rho" { self.dialect.of("beta", "rho", "rho").into() } else { key };
        keys.into_iter().map(|(key, value)| (name(key), value)).collect()
    }
    fn default_learning_rate(&self) -> f64 {
        self.dialect.of(0.001, 0.001, 0.01)
    }
    fn state_names(&self) -> Vec<&'static str> {
        let mut names = vec!["r"];
        names.extend(self.centered.then_some("m"));
        names.extend(self.accelerated().then_some("v"));
        names
    }
    /// ρ, 1−ρ, ε outside the root, ε inside, β, into the buffer, out of it.
    fn scalars(&self, learning_rate: f64, _: u64) -> [f64; SCALARS] {
        let (outside, inside) = self.epsilon_placement.split(self.epsilon);
        let (into, out) = self.velocity.factors(learning_rate);
        padded([self.rho, 1.0 - self.rho, outside, inside, self.momentum, into, out])
    }
    fn wgsl(&self) -> &'static str {
        include_str!("../../shaders/optimizers/rmsprop.wgsl")
    }
    fn constants(&self) -> Vec<(&'static str, f64)> {
        vec![("centered", self.centered.into()), ("accelerated", self.accelerated().into())]
    }
    update_twins!(update);
}

fn update<T: Real>(rule: &RmsProp, scalars: &[T; SCALARS], g: &mut [T], state: &mut [&mut [T]]) {
    let &[rho, rest, outside, inside, momentum, into, out, ..] = scalars;
    let (r, others) = state.split_first_mut().expect("r is always there");
    for (at, (g, r)) in g.iter_mut().zip(r.iter_mut()).enumerate() {
        *r = rho * *r + rest * *g * *g;
        let mut radicand = *r;
        if rule.centered {
            let m = &mut others[0][at];
            *m = rho * *m + rest * *g;
            // Rounding may make a variance of 0 negative.
            radicand = (radicand - *m * *m).max(T::zero());
        }
        let mut step = into * *g / ((radicand + inside).sqrt() + outside);
        if rule.accelerated() {
            let v = &mut others[usize::from(rule.centered)][at];
            step += momentum * *v;
            *v = step;
        }
        *g = out * step;
    }
}
