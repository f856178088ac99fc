//! The root of the mean squared error.

use super::{Better, Gives, Kind, Metric, Start, errors::summing};

/// The root of the mean squared error: of each output, as scikit-learn's `root_mean_squared_error`, so that the mean of
/// several is no root of the loss.
pub const RMSE: Metric = Metric {
    name: "rmse",
    formula: "sqrt(mean (x - t)^2)",
    fits: &[Kind::Regression],
    gives: Gives::Each,
    better: Better::Less,
    undefined: "",
    start: Start::Plain(|task| summing(task, |errors| Some((errors.squares / errors.count).sqrt()))),
};
