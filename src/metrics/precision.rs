//! Precision: how much of what is predicted is right.

use super::{
    Better, Gives, Kind, Metric, Start,
    counts::{counting, share},
};

/// Precision; scikit-learn's `precision_score` with `average="macro"` and `zero_division=nan`.
pub const PRECISION: Metric = Metric {
    name: "precision",
    formula: "true positives / (true + false positives)",
    fits: &[Kind::Multiclass, Kind::Binary, Kind::Multilabel],
    gives: Gives::Each,
    better: Better::More,
    undefined: "never predicted",
    start: Start::Plain(|task| {
        counting(task, |counts| share(counts.true_positives, counts.true_positives + counts.false_positives))
    }),
};
