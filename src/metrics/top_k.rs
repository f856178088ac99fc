//! Whether the right class is among the k most probable ones.

use super::{Better, Example, Gives, Kind, Metric, Score, Start, Tally, Target};

/// The share of examples whose class is among the k most probable ones; of equal ones the first is before the second,
/// so that k = 1 is the accuracy. scikit-learn's `top_k_accuracy_score` has equal ones the other way round.
pub const TOP_K: Metric = Metric {
    name: "top_k",
    formula: "share of examples with fewer than k classes before the right one",
    fits: &[Kind::Multiclass],
    gives: Gives::Number,
    better: Better::More,
    undefined: "",
    start: Start::Counted { key: "k", default: 5, start: |_, k| Box::new(TopK { k, hits: 0, examples: 0 }) },
};

struct TopK {
    k: usize,
    hits: u64,
    examples: u64,
}

impl Tally for TopK {
    fn add(&mut self, example: &Example) {
        let Target::Class(right) = example.target else { return };
        let p = example.predictions[right];
        let before = |(class, &other): (usize, &f64)| other > p || other == p && class < right;
        let rank = example.predictions.iter().enumerate().filter(|&at| before(at)).count();
        self.hits += u64::from(rank < self.k);
        self.examples += 1;
    }

    fn finish(&self) -> Score {
        Score::Number(Some(self.hits as f64 / self.examples as f64))
    }
}
