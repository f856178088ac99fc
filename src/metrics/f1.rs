//! F1: the harmonic mean of precision and recall.

use super::{
    Better, Gives, Kind, Metric, Start,
    counts::{counting, share},
};

/// F1; scikit-learn's `f1_score` with `average="macro"` and `zero_division=nan`.
pub const F1: Metric = Metric {
    name: "f1",
    formula: "2 true positives / (2 true positives + false positives + false negatives)",
    fits: &[Kind::Multiclass, Kind::Binary, Kind::Multilabel],
    gives: Gives::Each,
    better: Better::More,
    undefined: "neither occurs nor is predicted",
    start: Start::Plain(|task| {
        counting(task, |counts| {
            let right = 2 * counts.true_positives;
            share(right, right + counts.false_positives + counts.false_negatives)
        })
    }),
};
