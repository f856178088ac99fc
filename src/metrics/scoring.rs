//! Several metrics over one split, batch by batch.

use super::{Asked, Example, Scored, Tally, Target, Task};
use crate::data::Targets;

/// Metrics that are being counted. No more than a batch of outputs is held, but for metrics that keep scores of their
/// own ([`super::ALL`] says which).
pub struct Scoring {
    task: Task,
    tallies: Vec<(Asked, Box<dyn Tally>)>,
    /// Of one example.
    predictions: Vec<f64>,
    values: Vec<f64>,
}

impl Scoring {
    /// Begins with those of the metrics that fit the task.
    pub fn new(asked: &[Asked], task: Task) -> Scoring {
        let fits = asked.iter().filter(|asked| asked.metric.fits.contains(&task.kind));
        let tallies = fits.map(|asked| (asked.clone(), asked.start(&task))).collect();
        Scoring { task, tallies, predictions: vec![], values: vec![] }
    }

    /// Adds a batch: the network's outputs, `[examples, outputs]`, and which examples of the targets those are.
    pub fn add(&mut self, outputs: &[f32], examples: &[u32], targets: &Targets) {
        let width = self.task.outputs();
        for (outputs, &example) in outputs.chunks_exact(width).zip(examples) {
            self.task.link.apply(outputs, &mut self.predictions);
            let target = target(targets, example as usize, &self.task, &mut self.values);
            let example = Example { predictions: &self.predictions, target };
            self.tallies.iter_mut().for_each(|(_, tally)| tally.add(&example));
        }
    }

    /// What the metrics come to.
    pub fn finish(self) -> Vec<Scored> {
        let scored = |(asked, tally): (Asked, Box<dyn Tally>)| {
            let (metric, key) = (asked.metric, asked.key());
            Scored { metric, key, score: tally.finish() }
        };
        self.tallies.into_iter().map(scored).collect()
    }
}

/// An example's target, as the loss has it: a class is a value for every output where a loss wants values.
fn target<'v>(targets: &Targets, example: usize, task: &Task, values: &'v mut Vec<f64>) -> Target<'v> {
    let outputs = task.outputs();
    values.clear();
    match targets {
        Targets::Classes { labels, .. } if task.kind == super::Kind::Multiclass => {
            return Target::Class(labels[example] as usize);
        }
        Targets::Classes { labels, .. } if outputs == 1 => values.push(f64::from(labels[example])),
        Targets::Classes { labels, .. } => {
            values.resize(outputs, 0.0);
            values[labels[example] as usize] = 1.0;
        }
        Targets::Values { values: all, width } => {
            values.extend(all[example * width..][..*width].iter().map(|&value| f64::from(value)));
        }
    }
    Target::Values(values)
}
