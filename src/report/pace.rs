//! How many steps a device is handed at once, by how long it takes for them.

use std::time::{Duration, Instant};

use crate::{plan::Program, train::Observer};

/// A submission should take no longer: two more may wait behind it before a signal is looked at.
const SUBMISSION: Duration = Duration::from_millis(100);

/// Learns how long steps take, from one that nobody knows anything of to as many as are handed over at most.
#[derive(Debug, Default)]
pub struct Pace {
    /// Steps of the next submission; 0 before anything is known.
    steps: usize,
    /// When the first of those was handed over that nobody waited for yet.
    since: Option<Instant>,
    settled: bool,
}

impl Pace {
    /// How many steps to hand over now.
    pub fn portion(&mut self, most: usize) -> usize {
        self.since.get_or_insert_with(Instant::now);
        self.steps.clamp(1, most)
    }

    /// Whether waiting would teach it something: it has seen too few to hand over as many as it might.
    pub fn is_learning(&self) -> bool {
        !self.settled
    }

    /// So many steps are done that were handed over since the last call.
    pub fn waited(&mut self, steps: usize) {
        let Some(since) = self.since.take() else { return };
        self.learn(steps, since.elapsed());
    }

    fn learn(&mut self, steps: usize, took: Duration) {
        let fit = (SUBMISSION.as_secs_f64() / took.as_secs_f64().max(1e-9) * steps as f64) as usize;
        let (before, doubled) = (self.steps.max(1), 2 * self.steps.max(1));
        // Slower than was thought: at once; faster: step by step, the first steps may have been small ones.
        self.steps = fit.clamp(1, doubled);
        self.settled = self.steps < doubled || before >= LARGEST;
    }
}

/// The paces of a run's steps, those of evaluation by themselves.
#[derive(Debug, Default)]
pub struct Pacing {
    training: Pace,
    evaluation: Pace,
}

impl Pacing {
    fn of(&mut self, program: Program) -> &mut Pace {
        match program {
            Program::Train => &mut self.training,
            Program::Evaluate => &mut self.evaluation,
        }
    }
}

impl Observer for Pacing {
    fn portion(&mut self, program: Program, most: usize) -> usize {
        self.of(program).portion(most)
    }

    fn waited(&mut self, program: Program, steps: usize) {
        self.of(program).waited(steps);
    }

    fn wants_progress(&mut self) -> bool {
        self.training.is_learning()
    }
}

/// More than any device takes at once.
const LARGEST: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_that_take_long_go_out_alone_and_short_ones_together() {
        let mut pace = Pace::default();
        assert_eq!(pace.portion(64), 1, "nothing is known yet");
        let mut sizes = vec![];
        while pace.is_learning() {
            let steps = pace.portion(64);
            pace.learn(steps, Duration::from_millis(steps as u64));
            sizes.push(steps);
        }
        assert_eq!(sizes, [1, 2, 4, 8, 16, 32, 64]);
        assert_eq!((pace.portion(64), pace.portion(8)), (64, 8));
        pace.learn(64, Duration::from_secs(64));
        assert_eq!(pace.portion(64), 1);
        let mut slow = Pace::default();
        slow.learn(1, Duration::from_secs(3));
        assert_eq!((slow.portion(64), slow.is_learning()), (1, false));
    }
}
