//! What changes from step to step.

use crate::optimizers::SCALARS;

/// What changes from step to step; everything else in a launch is fixed by the plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Updates done before this one.
    pub index: u32,
    /// The row of the statistics buffer that this step writes.
    pub slot: u32,
    /// Where the batch begins in the order of examples.
    pub first: u32,
    /// Examples in this batch: a last one may be smaller than the plan's.
    pub rows: u32,
    /// The run's seed, for kernels that draw random numbers.
    pub seed: u64,
    /// The optimizer's numbers, computed on the host in f64.
    pub scalars: [f64; SCALARS],
}

impl Step {
    /// A step over the first `rows` examples, for cases and evaluation.
    pub fn over(rows: usize) -> Self {
        Step { index: 0, slot: 0, first: 0, rows: rows as u32, seed: 0, scalars: [0.0; SCALARS] }
    }
}
