//! Accuracy: the share of right answers.

use super::{Better, Example, Gives, Kind, Metric, Score, Start, Tally, Target};

/// Accuracy: of examples, or of all examples' outputs where each is an answer by itself. The device counts the same.
pub const ACCURACY: Metric = Metric {
    name: "accuracy",
    formula: "right answers / answers",
    fits: &[Kind::Multiclass, Kind::Binary, Kind::Multilabel],
    gives: Gives::Number,
    better: Better::More,
    undefined: "",
    start: Start::Plain(|_| Box::new(Hits::default())),
};

#[derive(Default)]
struct Hits {
    hits: u64,
    answers: u64,
}

impl Tally for Hits {
    fn add(&mut self, example: &Example) {
        let mut count = |right: bool| {
            self.hits += u64::from(right);
            self.answers += 1;
        };
        match example.target {
            Target::Class(_) => {
                let (predicted, right) = example.classes();
                count(predicted == right);
            }
            Target::Values(_) => example.pairs().for_each(|(p, t)| count((p > 0.5) == (t > 0.5))),
        }
    }

    fn finish(&self) -> Score {
        Score::Number(Some(self.hits as f64 / self.answers as f64))
    }
}
