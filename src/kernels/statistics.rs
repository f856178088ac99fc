//! The step's figures: the losses and hits of a batch's rows, summed in a fixed order into one
//! row of the statistics, which the host reads once an epoch.

use super::{
    Arguments, Case, Cost, Kernel, Lanes, Operand, Parameters, Shader, Slot, Step, case, product, read, reads, wgsl,
    writes, wrong_bindings,
};
use crate::{
    parameters,
    real::{Real, sums},
    twin,
};

parameters! {
    /// The sum's parameters.
    StatisticsParameters {
        /// Rows of the batch that the plan was built for.
        rows: u32,
    }
}

/// Figures of one step: the sum of its rows' losses, and of their hits.
pub const FIGURES: usize = 2;

/// statistics[slot] = Σ figures[row] over the rows of the batch
pub const STATISTICS: Kernel = Kernel {
    name: "statistics",
    formula: "statistics[slot] = sum of figures[r]",
    bindings: &[reads("figures"), writes("statistics")],
    parameters: StatisticsParameters::FIELDS,
    source: |recipe| {
        let rows = read::<StatisticsParameters>(recipe.parameters).rows.into();
        let lanes = Lanes::of(rows);
        Shader::of(recipe, wgsl!("statistics.wgsl")).sum(lanes).step().items(lanes.grid(1, rows, 1))
    },
    cpu: twin!(statistics),
    cost: |p| {
        let count = product(&[read::<StatisticsParameters>(p).rows, FIGURES as u32]);
        Cost { flops: count, bytes: 4 * count }
    },
    cases,
    tolerance: 2.0,
};

fn statistics<T: Real>(arguments: &mut Arguments<T>) {
    let [Slot::Real(figures), Slot::RealMut(statistics)] = &mut arguments.slots[..] else { wrong_bindings() };
    let slot = arguments.step.slot as usize * FIGURES;
    let rows = figures.as_chunks::<FIGURES>().0.iter().take(arguments.step.rows as usize);
    statistics[slot..slot + FIGURES].copy_from_slice(&sums(rows.copied()));
}

fn scaled(figure: &f64, rows: usize) -> f64 {
    f64::from((figure / (rows as f64).sqrt()) as f32)
}

fn cases() -> Vec<Case> {
    let of = |&rows: &usize| {
        let slot = rows % 5;
        let operands = vec![
            // Scaled so that the sums are about 1, however many rows there are.
            Operand::Reals(case::reals("figures", rows * FIGURES).iter().map(|f| scaled(f, rows)).collect()),
            // Other rows of the statistics must stay as they are.
            Operand::Reals(case::reals("before", 5 * FIGURES)),
        ];
        let mut case = Case::new(format!("{rows}"), StatisticsParameters { rows: rows as u32 }, operands);
        case.step = Step { slot: slot as u32, ..Step::over(rows - rows / 3) };
        case.terms = rows;
        case.replicas = if rows == 31 { 3 } else { 1 };
        case
    };
    // More rows than 64 threads could sum in a driver's loops.
    [case::COUNTS, &[4_300_003]].concat().iter().map(of).collect()
}
