//! Rows of a table by their numbers, and the table's gradient.

use rayon::prelude::*;

use super::{Arguments, Case, Cost, Kernel, LARGEST_GRID, Operand, Parameters, STEP_WGSL, Slot, Source, Step, WIDTH};
use super::{case, product, read, reads, strided, writes, wrong_bindings};
use crate::{parameters, real::Real, twin};

parameters! {
    /// Both kernels' parameters.
    EmbeddingParameters {
        /// Rows of the batch that the plan was built for.
        rows: u32,
        /// Tokens of each row.
        tokens: u32,
        /// Rows of the weight.
        vocabulary: u32,
        /// Units of each.
        units: u32,
    }
}

/// y[t] = weight[x[t]]
pub const FORWARD: Kernel = Kernel {
    name: "embedding_forward",
    formula: "y[t] = weight[x[t]]",
    bindings: &[reads("x"), reads("weight"), writes("y")],
    parameters: EmbeddingParameters::FIELDS,
    source: |recipe| {
        let p: EmbeddingParameters = read(recipe.parameters);
        Source {
            label: "embedding_forward".into(),
            wgsl: include_str!("../../shaders/embedding_forward.wgsl").into(),
            constants: vec![],
            workgroups: strided(p.rows * p.tokens * p.units, WIDTH),
        }
    },
    cpu: twin!(forward),
    cost,
    cases: || cases(false),
    tolerance: 0.0625,
};

/// dweight[w] = Σ dy[t] over the tokens t with x[t] = w
pub const BACKWARD: Kernel = Kernel {
    name: "embedding_backward",
    formula: "dweight[w] = sum of dy[t] where x[t] = w",
    bindings: &[reads("dy"), reads("x"), writes("dweight")],
    parameters: EmbeddingParameters::FIELDS,
    source: |recipe| Source {
        label: "embedding_backward".into(),
        wgsl: [include_str!("../../shaders/embedding_backward.wgsl"), STEP_WGSL].concat(),
        constants: vec![],
        workgroups: [read::<EmbeddingParameters>(recipe.parameters).vocabulary.clamp(1, LARGEST_GRID), 1],
    },
    cpu: twin!(backward),
    cost,
    cases: || cases(true),
    tolerance: 2.0,
};

fn cost(parameters: &[u8]) -> Cost {
    let p: EmbeddingParameters = read(parameters);
    Cost { flops: 0, bytes: 8 * product(&[p.rows, p.tokens, p.units]) }
}

impl EmbeddingParameters {
    /// The row that a number means: the nearest inside for one outside.
    fn word<T: Real>(&self, x: T) -> usize {
        x.f64().clamp(0.0, f64::from(self.vocabulary - 1)).round() as usize
    }
}

fn forward<T: Real>(arguments: &mut Arguments<T>) {
    let p: EmbeddingParameters = arguments.parameters();
    let [Slot::Real(x), Slot::Real(weight), Slot::RealMut(y)] = &mut arguments.slots[..] else { wrong_bindings() };
    let units = p.units as usize;
    for (y, &x) in y.chunks_exact_mut(units).zip(*x) {
        y.copy_from_slice(&weight[p.word(x) * units..][..units]);
    }
}

fn backward<T: Real>(arguments: &mut Arguments<T>) {
    let (p, step) = (arguments.parameters::<EmbeddingParameters>(), arguments.step);
    let [Slot::Real(dy), Slot::Real(x), Slot::RealMut(dweight)] = &mut arguments.slots[..] else { wrong_bindings() };
    let (units, tokens) = (p.units as usize, step.rows.min(p.rows) as usize * p.tokens as usize);
    // The order of the tokens is that of the shader; looking each up once is cheaper here.
    dweight.par_iter_mut().for_each(|dweight| *dweight = T::zero());
    for (dy, &x) in dy.chunks_exact(units).zip(*x).take(tokens) {
        let row = &mut dweight[p.word(x) * units..][..units];
        row.iter_mut().zip(dy).for_each(|(dweight, &dy)| *dweight += dy);
    }
}

/// (rows, rows in the batch, tokens, vocabulary, units)
const SHAPES: &[(usize, usize, usize, usize, usize)] = &[
    (1, 1, 1, 1, 1),
    (1, 1, 1, 5, 3),
    (2, 1, 3, 2, 7),
    (3, 3, 5, 11, 2),
    (7, 5, 13, 64, 65),
    (31, 31, 2, 10, 4),
    (63, 60, 1, 257, 1),
    (64, 64, 4, 3, 63),
    (65, 64, 7, 31, 5),
    (5, 0, 2, 3, 4),
    (2, 2, 31, 1009, 16),
    (1, 1, 3, 70_001, 1),
    (70_001, 70_000, 1, 2, 1),
];

fn cases(backward: bool) -> Vec<Case> {
    let of = |&(rows, batch, tokens, vocabulary, units): &(usize, usize, usize, usize, usize)| {
        let mut x: Vec<f64> =
            case::words("tokens", rows * tokens, vocabulary as u32).into_iter().map(f64::from).collect();
        if rows == 65 {
            (x[0], x[1]) = (-3.0, 1e9);
        }
        let count = rows * tokens * units;
        let terms = (rows * tokens).div_ceil(vocabulary);
        let dy = |value: &f64| f64::from((value / (terms as f64).sqrt()) as f32);
        let operands = match backward {
            true => vec![
                Operand::Reals(case::reals("dy", count).iter().map(dy).collect()),
                Operand::Reals(x),
                Operand::Output(vocabulary * units),
            ],
            false => {
                vec![
                    Operand::Reals(x),
                    Operand::Reals(case::reals("weight", vocabulary * units)),
                    Operand::Output(count),
                ]
            }
        };
        let label = format!("{batch}/{rows} x {tokens} of {vocabulary} x {units}");
        let [rows, tokens, vocabulary, units] = [rows, tokens, vocabulary, units].map(|extent| extent as u32);
        let mut case = Case::new(label, EmbeddingParameters { rows, tokens, vocabulary, units }, operands);
        case.step = Step::over(batch);
        case.terms = terms;
        case.replicas = if rows == 31 { 3 } else { 1 };
        case
    };
    SHAPES.iter().map(of).collect()
}
