//! Recall: how much of what is right is predicted.

use super::{
    Better, Gives, Kind, Metric, Start,
    counts::{counting, share},
};

/// Recall; scikit-learn's `recall_score` with `average="macro"` and `zero_division=nan`.
pub const RECALL: Metric = Metric {
    name: "recall",
    formula: "true positives / (true positives + false negatives)",
    fits: &[Kind::Multiclass, Kind::Binary, Kind::Multilabel],
    gives: Gives::Each,
    better: Better::More,
    undefined: "never occurs",
    start: Start::Plain(|task| {
        counting(task, |counts| share(counts.true_positives, counts.true_positives + counts.false_negatives))
    }),
};
