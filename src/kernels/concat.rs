//! One input of a concatenation: to its place in the output, and its share of the gradient back.

use super::{
    Arguments, Case, Cost, Kernel, Operand, Parameters, Recipe, Shader, Slot, Source, WIDTH, case, product, read,
    reads, wgsl, writes, wrong_bindings,
};
use crate::{parameters, real::Real, twin};

parameters! {
    /// Both kernels' parameters.
    ConcatParameters {
        /// Rows of the batch times the extents before the axis.
        outer: u32,
        /// Elements of the part behind each: its extents from the axis on.
        length: u32,
        /// Where the part begins among those of the whole.
        start: u32,
        /// Elements of the whole behind each.
        total: u32,
    }
}

/// whole[o, start + i] = part[o, i]
pub const FORWARD: Kernel = Kernel {
    name: "concat_forward",
    formula: "whole[o, start + i] = part[o, i]",
    bindings: &[reads("part"), writes("whole")],
    parameters: ConcatParameters::FIELDS,
    source: |recipe| source(recipe, wgsl!("concat_forward.wgsl")),
    cpu: twin!(forward),
    cost,
    cases: || cases(false),
    tolerance: 0.0625,
};

/// part[o, i] = whole[o, start + i]
pub const BACKWARD: Kernel = Kernel {
    name: "concat_backward",
    formula: "part[o, i] = whole[o, start + i]",
    bindings: &[reads("whole"), writes("part")],
    parameters: ConcatParameters::FIELDS,
    source: |recipe| source(recipe, wgsl!("concat_backward.wgsl")),
    cpu: twin!(backward),
    cost,
    cases: || cases(true),
    tolerance: 0.0625,
};

fn source(recipe: &Recipe, file: &str) -> Source {
    let p: ConcatParameters = read(recipe.parameters);
    Shader::of(recipe, file).strided(p.outer * p.length, WIDTH)
}

fn cost(parameters: &[u8]) -> Cost {
    let p: ConcatParameters = read(parameters);
    Cost { flops: 0, bytes: 8 * product(&[p.outer, p.length]) }
}

/// Where the part lies in each of the whole's outer rows.
fn place(p: ConcatParameters) -> std::ops::Range<usize> {
    p.start as usize..(p.start + p.length) as usize
}

fn forward<T: Real>(arguments: &mut Arguments<T>) {
    let p: ConcatParameters = arguments.parameters();
    let [Slot::Real(part), Slot::RealMut(whole)] = &mut arguments.slots[..] else { wrong_bindings() };
    for (part, whole) in part.chunks_exact(p.length as usize).zip(whole.chunks_exact_mut(p.total as usize)) {
        whole[place(p)].copy_from_slice(part);
    }
}

fn backward<T: Real>(arguments: &mut Arguments<T>) {
    let p: ConcatParameters = arguments.parameters();
    let [Slot::Real(whole), Slot::RealMut(part)] = &mut arguments.slots[..] else { wrong_bindings() };
    for (part, whole) in part.chunks_exact_mut(p.length as usize).zip(whole.chunks_exact(p.total as usize)) {
        part.copy_from_slice(&whole[place(p)]);
    }
}

/// (outer, length, start, total)
const SHAPES: &[(usize, usize, usize, usize)] = &[
    (1, 1, 0, 1),
    (1, 1, 1, 2),
    (2, 3, 0, 3),
    (3, 5, 2, 11),
    (7, 31, 1, 32),
    (31, 7, 13, 20),
    (63, 4, 4, 8),
    (64, 64, 64, 256),
    (65, 1, 2, 3),
    (1, 257, 3, 509),
    (255, 1, 0, 2),
    (127, 17, 5, 127),
    (70_001, 1, 1, 2),
    (3, 70_001, 1, 70_003),
];

fn cases(backward: bool) -> Vec<Case> {
    let of = |&(outer, length, start, total): &(usize, usize, usize, usize)| {
        // What other inputs wrote into the whole must stay as it is.
        let whole = Operand::Reals(case::reals("whole", outer * total));
        let operands = match backward {
            true => vec![whole, Operand::Output(outer * length)],
            false => vec![Operand::Reals(case::reals("part", outer * length)), whole],
        };
        let [outer, length, start, total] = [outer, length, start, total].map(|extent| extent as u32);
        let parameters = ConcatParameters { outer, length, start, total };
        let mut case = Case::new(format!("{outer} x {length} at {start} of {total}"), parameters, operands);
        case.replicas = if outer == 31 { 3 } else { 1 };
        case
    };
    SHAPES.iter().map(of).collect()
}
