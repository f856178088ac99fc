//! What gradients are multiplied by so that norms stay below a limit: the sum of squares of every
//! block of gradients, then of every segment of blocks. The optimizer's launch multiplies. Sums
//! have a fixed order.

use rayon::prelude::*;

use super::{
    Arguments, Case, Cost, Kernel, Lanes, Operand, Parameters, Shader, Slot, WIDTH, case, optimizer, optimizer::BLOCK,
    read, reads, reads_words, wgsl, writes, wrong_bindings,
};
use crate::{
    optimizers::{LIMIT, NORM_EPSILON, SHARE, regularization::GROUP},
    parameters,
    real::Real,
    twin,
};

parameters! {
    /// The squares' parameters.
    SquaresParameters {
        /// Gradients, padding included: a multiple of 64.
        count: u32,
        /// Which tensor of the state is the sum, where gradients are accumulated.
        sum_tensor: u32,
    }
}

parameters! {
    /// The factors' parameters.
    FactorsParameters {
        /// Segments.
        segments: u32,
        /// Blocks of the longest.
        blocks: u32,
    }
}

/// squares[b] = Σ g² over the 64 gradients of block b. Where there is a state, g is the sum of the
/// batches before, from there, and of this one's share. The next three bindings are there together or not
/// at all: g then has the gradients of those penalties in it that are clipped with it.
pub const SQUARES: Kernel = Kernel {
    name: "clip_squares",
    formula: "squares[b] = sum of g^2 over a block of 64",
    bindings: &[
        reads("gradients"),
        reads("state").optional(),
        reads("parameters").optional(),
        reads_words("blocks").optional(),
        reads("groups").optional(),
        writes("squares"),
    ],
    parameters: SquaresParameters::FIELDS,
    source: |recipe| {
        let count = read::<SquaresParameters>(recipe.parameters).count;
        let shader = Shader::of(recipe, wgsl!("clip_squares.wgsl")).step();
        let shader = shader.set("accumulating", recipe.binds("state")).set("penalized", recipe.binds("parameters"));
        shader.strided(count / BLOCK as u32, WIDTH).with(16)
    },
    cpu: twin!(squares),
    cost: |p| {
        let count = u64::from(read::<SquaresParameters>(p).count);
        Cost { flops: 2 * count, bytes: 4 * count + count / 16 }
    },
    cases: squares_cases,
    tolerance: 2.0,
};

/// factors[s] = c / max(c, √Σ squares + δ) over the blocks of segment s, with the step's c and δ
pub const FACTORS: Kernel = Kernel {
    name: "clip_factors",
    formula: "factors[s] = limit / max(limit, sqrt(sum of squares[segment]) + epsilon)",
    bindings: &[reads("squares"), reads_words("segments"), writes("factors")],
    parameters: FactorsParameters::FIELDS,
    source: |recipe| {
        let FactorsParameters { segments, blocks } = read(recipe.parameters);
        let lanes = Lanes::of(blocks.into());
        let shader = Shader::of(recipe, wgsl!("clip_factors.wgsl")).sum(lanes).step();
        shader.items(lanes.grid(segments.into(), blocks.into(), 1))
    },
    cpu: twin!(factors),
    // What it reads is a 64th of the gradients.
    cost: |p| {
        let segments = u64::from(read::<FactorsParameters>(p).segments);
        Cost { flops: segments, bytes: 12 * segments }
    },
    cases: factors_cases,
    tolerance: 2.0,
};

fn squares<T: Real>(arguments: &mut Arguments<T>) {
    let SquaresParameters { count, sum_tensor } = arguments.parameters();
    let share = T::of(arguments.step.scalars[SHARE]);
    let [
        Slot::Real(gradients),
        Slot::Real(state),
        Slot::Real(parameters),
        Slot::Word(blocks),
        Slot::Real(groups),
        Slot::RealMut(squares),
    ] = &mut arguments.slots[..]
    else {
        wrong_bindings()
    };
    let sum = state.get(count as usize * sum_tensor as usize..).filter(|sum| !sum.is_empty());
    squares.par_iter_mut().with_min_len(WIDTH as usize).zip(gradients.par_chunks_exact(BLOCK)).enumerate().for_each(
        |(at, (square, block))| {
            let penalties = parameters.get(BLOCK * at..).filter(|p| !p.is_empty());
            let penalties = penalties.map(|p| (p, optimizer::group(groups, blocks, at)));
            let gradient = |(k, &g): (usize, &T)| {
                let g = sum.map_or(g, |sum| sum[BLOCK * at + k] + share * g);
                penalties.map_or(g, |(p, &[.., l2, l1, _, _])| g + optimizer::penalty([l2, l1], p[k]))
            };
            *square = block.iter().enumerate().map(gradient).map(|g| g * g).sum();
        },
    );
}

fn factors<T: Real>(arguments: &mut Arguments<T>) {
    let [limit, epsilon] = [LIMIT, NORM_EPSILON].map(|at| T::of(arguments.step.scalars[at]));
    let [Slot::Real(squares), Slot::Word(segments), Slot::RealMut(factors)] = &mut arguments.slots[..] else {
        wrong_bindings()
    };
    for (factor, segment) in factors.iter_mut().zip(segments.chunks_exact(2)) {
        let blocks = squares.get(segment[0] as usize..segment[1] as usize).unwrap_or_default();
        // In f64: a sum of many thousands of blocks in a row would lose digits.
        let sum: f64 = blocks.iter().map(|square| square.f64()).sum();
        *factor = if limit > T::zero() { limit / (T::of(sum.sqrt()) + epsilon).max(limit) } else { T::one() };
    }
}

/// Numbers of blocks.
const BLOCKS: [usize; 12] = [1, 2, 3, 5, 15, 16, 17, 31, 63, 64, 257, 4_099];

fn squares_cases() -> Vec<Case> {
    let of = |blocks: usize| {
        let count = blocks * BLOCK;
        // Scaled so that a sum is about 1.
        let gradients = case::reals("gradients", count).iter().map(|g| g / 8.0).collect();
        let accumulating = blocks % 2 == 1;
        // The sum is the second of two tensors.
        let state = case::reals("state", 2 * count).iter().map(|g| g / 8.0).collect();
        let state = if accumulating { Operand::Reals(state) } else { Operand::Unbound };
        let penalized = blocks % 4 < 2;
        let bound = |operand: Operand| if penalized { operand } else { Operand::Unbound };
        let operands = vec![
            Operand::Reals(gradients),
            state,
            bound(Operand::Reals(case::reals("parameters", count).iter().map(|p| p / 8.0).collect())),
            bound(Operand::Words(case::words("blocks", 2 * blocks, 3))),
            bound(Operand::Reals(case::reals("groups", 3 * GROUP))),
            Operand::Output(blocks),
        ];
        let parameters = SquaresParameters { count: count as u32, sum_tensor: accumulating.into() };
        let [summed, with] = [(accumulating, ", accumulating"), (penalized, ", with penalties")]
            .map(|(is, text)| if is { text } else { "" });
        let label = format!("{blocks} blocks{summed}{with}");
        let mut case = Case::new(label, parameters, operands);
        case.step.scalars[SHARE] = 0.25;
        case.terms = BLOCK;
        case.replicas = if blocks == 17 { 3 } else { 1 };
        case
    };
    BLOCKS.into_iter().chain([65_537]).map(of).collect()
}

fn factors_cases() -> Vec<Case> {
    let of = |(at, blocks): (usize, usize)| {
        let segments = 1 + at % 3;
        let squares = case::reals("squares", blocks);
        let squares = squares.iter().map(|s| f64::from((s.abs() / blocks as f64) as f32));
        // Neighbouring parts of the blocks; an empty one where there are more segments than blocks.
        let bound = |part: usize| (part * blocks / segments) as u32;
        let words = (0..segments).flat_map(|part| [bound(part), bound(part + 1)]).collect();
        let operands = vec![Operand::Reals(squares.collect()), Operand::Words(words), Operand::Output(segments)];
        let limit = [0.25, 0.5, 2.0, 0.0][at / 3 % 4];
        let parameters = FactorsParameters { segments: segments as u32, blocks: blocks as u32 };
        let mut case = Case::new(format!("{blocks} blocks in {segments}"), parameters, operands);
        case.step.scalars[LIMIT] = limit;
        case.step.scalars[NORM_EPSILON] = [0.0, 0.0625][at % 2];
        case.terms = blocks;
        case.replicas = if segments == 1 && blocks > 100 { 3 } else { 1 };
        case
    };
    let mut cases: Vec<Case> = BLOCKS.into_iter().chain([70_001, 4_300_003]).enumerate().map(of).collect();
    cases.push(many_segments());
    cases
}

/// More segments than an axis of the grid has workgroups.
fn many_segments() -> Case {
    let count = 65_600;
    let words = (0..count as u32).flat_map(|segment| [segment % 7, 7]).collect();
    let operands = vec![
        Operand::Reals(case::reals("squares", 7).iter().map(|s| s.abs()).collect()),
        Operand::Words(words),
        Operand::Output(count),
    ];
    let mut case = Case::new("many segments".into(), FactorsParameters { segments: count as u32, blocks: 7 }, operands);
    case.step.scalars[LIMIT] = 0.5;
    case.terms = 7;
    case
}
