//! The learning rate as a pure function of the step. A schedule's t is the number of updates done
//! before a step, as in Keras and PyTorch.

use crate::config;

/// A learning rate for every step.
#[derive(Debug, Clone, PartialEq)]
pub enum Schedule {
    /// α
    Constant {
        /// α
        initial: f64,
    },
}

impl Schedule {
    /// Reads the key `learning_rate` of an optimizer.
    ///
    /// # Errors
    /// A rate that is not positive.
    pub fn read(optimizer: &config::OptimizerConfig) -> Result<Self, config::Error> {
        let rate = optimizer.keys.number("learning_rate", config::POSITIVE)?;
        Ok(Schedule::Constant { initial: rate.unwrap_or(1e-3) })
    }

    /// The learning rate after `t` updates.
    pub fn at(&self, _t: u64) -> f64 {
        match self {
            Schedule::Constant { initial } => *initial,
        }
    }

    /// As a config writes it.
    pub fn to_toml(&self) -> toml::Value {
        match self {
            Schedule::Constant { initial } => (*initial).into(),
        }
    }
}
