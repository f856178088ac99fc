//! Metrics of how one class, or one output's yes, is told from the rest.

use super::{Example, Score, Tally, Target, Task};

/// How one class was told from the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// It was predicted and right.
    pub true_positives: u64,
    /// It was predicted, but wrong.
    pub false_positives: u64,
    /// It was right, but not predicted.
    pub false_negatives: u64,
    /// It was neither.
    pub true_negatives: u64,
}

/// a / b, which has no value for b = 0.
pub fn share(a: u64, b: u64) -> Option<f64> {
    (b > 0).then(|| a as f64 / b as f64)
}

/// Counts each class for a figure of the counts.
pub fn counting(task: &Task, figure: fn(&Counts) -> Option<f64>) -> Box<dyn Tally> {
    let classes = vec![Seen::default(); task.outputs()];
    Box::new(Counting { task: task.clone(), classes, examples: 0, figure })
}

/// One class: how often it was predicted, how often right, how often both.
#[derive(Clone, Copy, Default)]
struct Seen {
    predicted: u64,
    right: u64,
    both: u64,
}

struct Counting {
    task: Task,
    classes: Vec<Seen>,
    examples: u64,
    figure: fn(&Counts) -> Option<f64>,
}

impl Counting {
    fn counts(&self, seen: &Seen) -> Counts {
        let (false_positives, false_negatives) = (seen.predicted - seen.both, seen.right - seen.both);
        let true_negatives = self.examples - seen.both - false_positives - false_negatives;
        Counts { true_positives: seen.both, false_positives, false_negatives, true_negatives }
    }
}

impl Tally for Counting {
    fn add(&mut self, example: &Example) {
        self.examples += 1;
        if let Target::Class(_) = example.target {
            let (predicted, right) = example.classes();
            self.classes[predicted].predicted += 1;
            self.classes[right].right += 1;
            self.classes[right].both += u64::from(predicted == right);
            return;
        }
        for (seen, (prediction, target)) in self.classes.iter_mut().zip(example.pairs()) {
            let (predicted, right) = (prediction > 0.5, target > 0.5);
            seen.predicted += u64::from(predicted);
            seen.right += u64::from(right);
            seen.both += u64::from(predicted && right);
        }
    }

    fn finish(&self) -> Score {
        let values = self.classes.iter().map(|seen| (self.figure)(&self.counts(seen))).collect();
        Score::each(&self.task, values)
    }
}
