//! The area under the curve of true positives over false positives.

use super::{Better, Example, Gives, Kind, Metric, Score, Start, Tally, Task};

/// How often a yes has a higher probability than a no, of all pairs of both; Mann and Whitney 1947, by ranks, where
/// equal ones share the middle of their ranks. It needs all scores at once: 16 bytes for each output of each example.
pub const ROC_AUC: Metric = Metric {
    name: "roc_auc",
    formula: "(sum of the yeses' ranks - y (y + 1) / 2) / (y n), for y yeses and n noes",
    fits: &[Kind::Binary, Kind::Multilabel],
    gives: Gives::Each,
    better: Better::More,
    undefined: "it has no yes, or nothing else",
    start: Start::Plain(|task| Box::new(Ranks { task: task.clone(), outputs: vec![vec![]; task.outputs()] })),
};

struct Ranks {
    task: Task,
    /// Each example's probability, and whether it is a yes.
    outputs: Vec<Vec<(f64, bool)>>,
}

impl Tally for Ranks {
    fn add(&mut self, example: &Example) {
        for (scores, (p, t)) in self.outputs.iter_mut().zip(example.pairs()) {
            scores.push((p, t > 0.5));
        }
    }

    fn finish(&self) -> Score {
        Score::each(&self.task, self.outputs.iter().map(|scores| area(scores.clone())).collect())
    }
}

fn area(mut scores: Vec<(f64, bool)>) -> Option<f64> {
    scores.sort_by(|a, b| a.0.total_cmp(&b.0));
    // Twice the ranks, which count from 1, so that all are whole.
    let (mut twice, mut below) = (0u128, 0);
    for equal in scores.chunk_by(|a, b| a.0 == b.0) {
        let yeses = equal.iter().filter(|(_, yes)| *yes).count();
        twice += (2 * below + equal.len() + 1) as u128 * yeses as u128;
        below += equal.len();
    }
    let yeses = scores.iter().filter(|(_, yes)| *yes).count() as u128;
    let noes = scores.len() as u128 - yeses;
    let wins = twice - yeses * (yeses + 1);
    (yeses > 0 && noes > 0).then(|| wins as f64 / (2 * yeses * noes) as f64)
}
