//! The mean absolute error.

use super::{Better, Gives, Kind, Metric, Start, errors::summing};

/// The mean absolute error.
pub const MAE: Metric = Metric {
    name: "mae",
    formula: "mean |x - t|",
    fits: &[Kind::Regression],
    gives: Gives::Each,
    better: Better::Less,
    undefined: "",
    start: Start::Plain(|task| summing(task, |errors| Some(errors.absolute / errors.count))),
};
