//! Which classes are taken for which.

use std::collections::BTreeMap;

use super::{Better, Example, Gives, Kind, Metric, Score, Start, Tally};

/// The confusion matrix: a row for each class that is right, a column for each that is predicted.
pub const CONFUSION: Metric = Metric {
    name: "confusion",
    formula: "examples by right and predicted class",
    fits: &[Kind::Multiclass, Kind::Binary],
    gives: Gives::Matrix,
    better: Better::More,
    undefined: "",
    start: Start::Plain(|task| Box::new(Pairs { names: task.names.clone(), counts: BTreeMap::new() })),
};

/// Only pairs that occur: a thousand classes have a million.
struct Pairs {
    names: Vec<String>,
    counts: BTreeMap<(usize, usize), u64>,
}

impl Tally for Pairs {
    fn add(&mut self, example: &Example) {
        let (predicted, right) = example.classes();
        *self.counts.entry((right, predicted)).or_default() += 1;
    }

    fn finish(&self) -> Score {
        Score::Matrix { names: self.names.clone(), counts: self.counts.clone() }
    }
}
