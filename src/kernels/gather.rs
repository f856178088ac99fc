//! The batch: examples picked from the data set through the order of this epoch, and normalised
//! on the way. Pictures stay bytes in memory, four to a word.

use super::{
    Arguments, Case, Cost, Kernel, Operand, Parameters, Recipe, Shader, Slot, Source, Step, WIDTH, case, product, read,
    reads, reads_words, wgsl, writes, wrong_bindings,
};
use crate::{parameters, real::Real, twin};

parameters! {
    /// The gather's parameters.
    GatherParameters {
        /// Rows of the batch that the plan was built for.
        rows: u32,
        /// Numbers in one example.
        features: u32,
        /// Features that share one scale and offset.
        plane: u32,
    }
}

/// x[row] = bytes[order[first + row]] · scale + offset; 0 for rows past the batch
pub const GATHER_BYTES: Kernel = Kernel {
    name: "gather_bytes",
    formula: "x[r] = bytes[order[r]] * scale + offset",
    bindings: &[reads_words("data"), reads_words("order"), reads("affine"), writes("x")],
    parameters: GatherParameters::FIELDS,
    source: |recipe| source(recipe, wgsl!("gather_bytes.wgsl")),
    cpu: twin!(gather_bytes),
    cost: |p| cost(p, 5),
    cases: || cases(true),
    tolerance: 2.0,
};

/// x[row] = floats[order[first + row]] · scale + offset; 0 for rows past the batch
pub const GATHER_FLOATS: Kernel = Kernel {
    name: "gather_floats",
    formula: "x[r] = floats[order[r]] * scale + offset",
    bindings: &[reads("data"), reads_words("order"), reads("affine"), writes("x")],
    parameters: GatherParameters::FIELDS,
    source: |recipe| source(recipe, wgsl!("gather_floats.wgsl")),
    cpu: twin!(gather_floats),
    cost: |p| cost(p, 8),
    cases: || cases(false),
    tolerance: 2.0,
};

fn source(recipe: &Recipe, file: &str) -> Source {
    let p: GatherParameters = read(recipe.parameters);
    Shader::of(recipe, file).with(wgsl!("gather.wgsl")).step().strided(p.rows * p.features, WIDTH)
}

fn cost(parameters: &[u8], bytes: u64) -> Cost {
    let p: GatherParameters = read(parameters);
    let count = product(&[p.rows, p.features]);
    Cost { flops: 2 * count, bytes: bytes * count }
}

fn gather_bytes<T: Real>(arguments: &mut Arguments<T>) {
    let p: GatherParameters = arguments.parameters();
    let [Slot::Word(data), Slot::Word(order), Slot::Real(affine), Slot::RealMut(x)] = &mut arguments.slots[..] else {
        wrong_bindings()
    };
    let bytes: &[u8] = bytemuck::cast_slice(data);
    gather(p, arguments.step, order, affine, x, |at| T::of(bytes[at].into()));
}

fn gather_floats<T: Real>(arguments: &mut Arguments<T>) {
    let p: GatherParameters = arguments.parameters();
    let [Slot::Real(data), Slot::Word(order), Slot::Real(affine), Slot::RealMut(x)] = &mut arguments.slots[..] else {
        wrong_bindings()
    };
    gather(p, arguments.step, order, affine, x, |at| data[at]);
}

fn gather<T: Real>(
    p: GatherParameters,
    step: &Step,
    order: &[u32],
    affine: &[T],
    x: &mut [T],
    value: impl Fn(usize) -> T,
) {
    let features = p.features as usize;
    for (row, x) in x.chunks_exact_mut(features).enumerate() {
        if row >= step.rows as usize {
            x.fill(T::zero());
            continue;
        }
        let example = order[step.first as usize + row] as usize;
        for (feature, x) in x.iter_mut().enumerate() {
            let group = 2 * (feature / p.plane as usize);
            *x = value(example * features + feature) * affine[group] + affine[group + 1];
        }
    }
}

fn cases(bytes: bool) -> Vec<Case> {
    // (rows, rows in the batch, features, plane, first)
    let shapes: &[(usize, usize, usize, usize, usize)] = &[
        (1, 1, 1, 1, 0),
        (2, 2, 3, 1, 1),
        (7, 5, 5, 5, 3),
        (16, 16, 64, 64, 0),
        (13, 1, 63, 21, 2),
        (64, 64, 65, 13, 0),
        (65, 64, 31, 31, 9),
        (5, 0, 17, 17, 0),
        (128, 128, 784, 784, 40),
        (128, 96, 48, 16, 100),
        (3, 3, 3072, 1024, 0),
        (70_001, 70_000, 2, 1, 1),
        (1031, 1031, 3, 3, 0),
    ];
    let of = |&(rows, batch, features, plane, first): &(usize, usize, usize, usize, usize)| {
        let examples = rows + 3;
        let count = examples * features;
        let data = if bytes {
            Operand::Words(case::words("bytes", count.div_ceil(4), u32::MAX))
        } else {
            Operand::Reals(case::reals("floats", count))
        };
        let parameters = GatherParameters { rows: rows as u32, features: features as u32, plane: plane as u32 };
        let operands = vec![
            data,
            Operand::Words(case::words("order", first + rows, examples as u32)),
            Operand::Reals(case::reals("affine", 2 * features / plane)),
            Operand::Output(rows * features),
        ];
        let mut case = Case::new(format!("{batch}/{rows} x {features}"), parameters, operands);
        case.step = Step { first: first as u32, ..Step::over(batch) };
        // A byte times a scale is as large as 510, which the offset may cancel.
        case.terms = if bytes { 256 } else { 1 };
        case.replicas = if rows == 7 { 3 } else { 1 };
        case
    };
    shapes.iter().map(of).collect()
}
