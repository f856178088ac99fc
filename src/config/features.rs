//! `features` of `[data]`: what numbers are mapped to before a network sees them.

use serde::{Deserialize, Serialize};

use super::bounds::POSITIVE;
use super::error::Error;
use super::table::Table;

/// Powers, and features, at most: a gigabyte of them for one example.
const MOST: usize = 1 << 28;

/// `features = { map = "polynomial", degree = 9 }`: the network sees a map of the inputs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "map", rename_all = "lowercase")]
pub enum Features {
    /// The powers of each input, from the first on: x₁, x₁², …, x₂, x₂², ….
    Polynomial {
        /// The highest.
        degree: usize,
    },
    /// √(2/count)·cos(w·x + b), whose products are about those of a Gaussian kernel of this bandwidth (Rahimi and Recht,
    /// "Random features for large-scale kernel machines", 2007).
    Fourier {
        /// How many features.
        count: usize,
        /// The kernel's: each w is from the normal distribution with the deviation 1/bandwidth.
        bandwidth: f64,
    },
}

impl Features {
    pub(super) fn read(table: &Table) -> Result<Features, Error> {
        let features = match table.require_choice("map", &["polynomial", "fourier"])? {
            "polynomial" => Features::Polynomial { degree: table.require_integer("degree", 1..=MOST)? },
            _ => Features::Fourier {
                count: table.require_integer("count", 1..=MOST)?,
                bandwidth: table.number("bandwidth", POSITIVE)?.unwrap_or(1.0),
            },
        };
        table.finish()?;
        Ok(features)
    }

    /// How many features so many inputs are mapped to, if a gigabyte holds those of an example.
    pub fn width(&self, inputs: usize) -> Option<usize> {
        // What a Fourier map multiplies by must fit, too.
        let (each, width) = match self {
            Features::Polynomial { degree } => (*degree, inputs.checked_mul(*degree)?),
            Features::Fourier { count, .. } => (*count, *count),
        };
        (1..=MOST).contains(&inputs.checked_mul(each)?).then_some(width)
    }
}
