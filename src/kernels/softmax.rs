//! Softmax over the channels of every position, and its derivative: one position a thread,
//! or a workgroup where there are many channels.

use super::{
    Arguments, Case, Cost, Kernel, Lanes, Operand, Parameters, Recipe, Shader, Slot, Source, case, product, read,
    reads, wgsl, writes, wrong_bindings,
};
use crate::{
    parameters,
    real::{Real, sums},
    twin,
};

parameters! {
    /// Both kernels' parameters.
    SoftmaxParameters {
        /// Rows of the batch.
        rows: u32,
        /// What is summed over.
        channels: u32,
        /// Positions in each channel; 1 for a vector.
        positions: u32,
    }
}

/// y = e^x / Σ e^x over the channels
pub const FORWARD: Kernel = Kernel {
    name: "softmax_forward",
    formula: "y = e^x / sum e^x over the channels",
    bindings: &[reads("x"), writes("y")],
    parameters: SoftmaxParameters::FIELDS,
    source: |recipe| source(recipe, wgsl!("softmax_forward.wgsl"), Shader::largest),
    cpu: twin!(forward),
    cost: |p| cost(p, 8),
    cases: || cases(false),
    tolerance: 16.0,
};

/// dx = y (dy − Σ dy y)
pub const BACKWARD: Kernel = Kernel {
    name: "softmax_backward",
    formula: "dx = y (dy - sum dy y over the channels)",
    bindings: &[reads("dy"), reads("y"), writes("dx")],
    parameters: SoftmaxParameters::FIELDS,
    source: |recipe| source(recipe, wgsl!("softmax_backward.wgsl"), |shader, _| shader),
    cpu: twin!(backward),
    cost: |p| cost(p, 12),
    cases: || cases(true),
    tolerance: 8.0,
};

/// From so many channels on, all threads of a workgroup take a position together.
const ALONE: u64 = 1024;

fn source<'a>(recipe: &'a Recipe, file: &str, more: fn(Shader<'a>, Lanes) -> Shader<'a>) -> Source {
    let p: SoftmaxParameters = read(recipe.parameters);
    let lanes = Lanes::from(ALONE, p.channels.into());
    let shader = more(Shader::of(recipe, file).sum(lanes), lanes).puts();
    shader.items(lanes.grid(u64::from(p.rows) * u64::from(p.positions), p.channels.into(), 3))
}

fn cost(parameters: &[u8], bytes: u64) -> Cost {
    let p: SoftmaxParameters = read(parameters);
    let count = product(&[p.rows, p.channels, p.positions]);
    Cost { flops: 4 * count, bytes: bytes * count }
}

/// Where each position's first channel lies.
fn firsts(p: SoftmaxParameters) -> impl Iterator<Item = usize> {
    let (channels, positions) = (p.channels as usize, p.positions as usize);
    (0..p.rows as usize * positions).map(move |i| i / positions * channels * positions + i % positions)
}

fn forward<T: Real>(arguments: &mut Arguments<T>) {
    let p: SoftmaxParameters = arguments.parameters();
    let [Slot::Real(x), Slot::RealMut(y)] = &mut arguments.slots[..] else { wrong_bindings() };
    let (channels, positions) = (p.channels as usize, p.positions as usize);
    for first in firsts(p) {
        let at = |c: usize| first + c * positions;
        let largest = (0..channels).map(|c| x[at(c)]).fold(T::neg_infinity(), T::max);
        let [sum] = sums((0..channels).map(|c| [(x[at(c)] - largest).exp()]));
        (0..channels).for_each(|c| y[at(c)] = (x[at(c)] - largest).exp() / sum);
    }
}

fn backward<T: Real>(arguments: &mut Arguments<T>) {
    let p: SoftmaxParameters = arguments.parameters();
    let [Slot::Real(dy), Slot::Real(y), Slot::RealMut(dx)] = &mut arguments.slots[..] else { wrong_bindings() };
    let (channels, positions) = (p.channels as usize, p.positions as usize);
    for first in firsts(p) {
        let at = |c: usize| first + c * positions;
        let [sum] = sums((0..channels).map(|c| [dy[at(c)] * y[at(c)]]));
        (0..channels).for_each(|c| dx[at(c)] = y[at(c)] * (dy[at(c)] - sum));
    }
}

/// (rows, channels, positions)
const SHAPES: &[(usize, usize, usize)] = &[
    (1, 1, 1),
    (1, 2, 1),
    (2, 10, 1),
    (7, 3, 5),
    (31, 63, 1),
    (63, 64, 1),
    (65, 65, 2),
    (64, 10, 1),
    (127, 5, 3),
    (1, 3, 257),
    (3, 1009, 1),
    (2, 7, 64),
    (70_001, 2, 1),
    // A workgroup a position, and more channels than a driver's loops take one by one.
    (3, 1024, 1),
    (1, 33_000, 2),
    (1, 1_000_003, 1),
];

fn cases(backward: bool) -> Vec<Case> {
    let mut cases = vec![];
    for &(rows, channels, positions) in SHAPES {
        let count = rows * channels * positions;
        // Ordinary logits, and logits of ±1e4: a careless exp overflows there.
        let scales: &[f64] = if backward { &[0.5] } else { &[1.0, 5e3] };
        for scale in scales {
            let x = case::reals("x", count).iter().map(|x| f64::from((x * scale) as f32)).collect();
            let mut operands = vec![Operand::Reals(x), Operand::Output(count)];
            if backward {
                let share = |y: &f64| f64::from((y.abs() / channels as f64) as f32);
                let y = case::reals("y", count).iter().map(share).collect();
                operands.insert(1, Operand::Reals(y));
            }
            let parameters =
                SoftmaxParameters { rows: rows as u32, channels: channels as u32, positions: positions as u32 };
            let mut case = Case::new(format!("{rows} x {channels} x {positions} to {scale}"), parameters, operands);
            case.terms = channels;
            case.replicas = if rows == 31 { 3 } else { 1 };
            cases.push(case);
        }
    }
    cases
}
