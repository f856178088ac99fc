//! Metrics of the distances between numbers and their targets, output by output.

use super::{Example, Score, Tally, Task};

/// What one output's errors come to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Errors {
    /// Examples.
    pub count: f64,
    /// Σ |x − t|
    pub absolute: f64,
    /// Σ (x − t)²
    pub squares: f64,
    /// The mean of t.
    mean: f64,
    /// Σ (t − mean)²
    pub spread: f64,
}

impl Errors {
    fn add(&mut self, prediction: f64, target: f64) {
        let error = prediction - target;
        self.count += 1.0;
        self.absolute += error.abs();
        self.squares += error * error;
        // Welford 1962: exactly 0 for targets that are all the same, and no cancellation.
        let before = target - self.mean;
        self.mean += before / self.count;
        self.spread += before * (target - self.mean);
    }
}

/// Sums up each output's errors for a figure of them.
pub fn summing(task: &Task, figure: fn(&Errors) -> Option<f64>) -> Box<dyn Tally> {
    Box::new(Summing { task: task.clone(), outputs: vec![Errors::default(); task.outputs()], figure })
}

struct Summing {
    task: Task,
    outputs: Vec<Errors>,
    figure: fn(&Errors) -> Option<f64>,
}

impl Tally for Summing {
    fn add(&mut self, example: &Example) {
        for (errors, (prediction, target)) in self.outputs.iter_mut().zip(example.pairs()) {
            errors.add(prediction, target);
        }
    }

    fn finish(&self) -> Score {
        Score::each(&self.task, self.outputs.iter().map(self.figure).collect())
    }
}
