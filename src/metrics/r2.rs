//! R², the coefficient of determination.

use super::{Better, Gives, Kind, Metric, Start, errors::summing};

/// R²; scikit-learn's `r2_score` with `force_finite=False`, where what is not finite has no value.
pub const R2: Metric = Metric {
    name: "r2",
    formula: "1 - sum (x - t)^2 / sum (t - mean t)^2",
    fits: &[Kind::Regression],
    gives: Gives::Each,
    better: Better::More,
    undefined: "its targets are all the same",
    start: Start::Plain(|task| {
        summing(task, |errors| (errors.spread > 0.0).then(|| 1.0 - errors.squares / errors.spread))
    }),
};
