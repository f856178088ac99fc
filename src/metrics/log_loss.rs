//! The mean negative logarithm of the right answer's probability.

use super::{Better, Example, Gives, Kind, Metric, Score, Start, Tally, Target, Task};

/// The cross-entropy in nats; scikit-learn's `log_loss`, with its clipping: no probability is nearer to 0 or 1 than
/// [`f64::EPSILON`]. The device's loss knows no such bound, and is the sum over the outputs.
pub const LOG_LOSS: Metric = Metric {
    name: "log_loss",
    formula: "mean -log p[t]; of an output: mean -t log p - (1 - t) log(1 - p)",
    fits: &[Kind::Multiclass, Kind::Binary, Kind::Multilabel],
    gives: Gives::Each,
    better: Better::Less,
    undefined: "",
    start: Start::Plain(|task| {
        let sums = if task.kind == Kind::Multiclass { 1 } else { task.outputs() };
        Box::new(Nats { task: task.clone(), sums: vec![0.0; sums], examples: 0 })
    }),
};

struct Nats {
    task: Task,
    sums: Vec<f64>,
    examples: u64,
}

fn log(p: f64) -> f64 {
    p.clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln()
}

impl Tally for Nats {
    fn add(&mut self, example: &Example) {
        self.examples += 1;
        match example.target {
            Target::Class(class) => self.sums[0] -= log(example.predictions[class]),
            Target::Values(_) => {
                for (sum, (p, t)) in self.sums.iter_mut().zip(example.pairs()) {
                    *sum -= t * log(p) + (1.0 - t) * log(1.0 - p);
                }
            }
        }
    }

    fn finish(&self) -> Score {
        let means: Vec<Option<f64>> = self.sums.iter().map(|sum| Some(sum / self.examples as f64)).collect();
        match self.task.kind {
            Kind::Multiclass => Score::Number(means[0]),
            _ => Score::each(&self.task, means),
        }
    }
}
