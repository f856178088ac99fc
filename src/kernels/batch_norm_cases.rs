//! Awkward cases of batch normalisation.

use super::batch_norm::BatchNormParameters;
use super::{Case, Operand, Step, Variant, case};
use crate::activations;

/// (rows, rows in the batch, channels, positions, slices)
const SHAPES: &[(usize, usize, usize, usize, usize)] = &[
    (1, 1, 1, 1, 1),
    (1, 1, 3, 7, 2),
    (2, 1, 5, 1, 1),
    (7, 5, 3, 4, 3),
    (31, 31, 2, 5, 4),
    (64, 63, 64, 1, 1),
    (65, 64, 63, 1, 5),
    (128, 96, 16, 9, 3),
    (3, 3, 1, 1031, 4),
    (5, 0, 4, 3, 2),
    (257, 255, 65, 2, 7),
    (2, 2, 70_001, 1, 2),
    (70_001, 70_000, 2, 1, 18),
    (4, 3, 255, 31, 1),
];

/// What a case's operands may be.
enum Content {
    /// Of every element.
    Tensor(&'static str),
    /// (mean, 1 / deviation) of every channel.
    Moments,
    /// A number of every channel.
    Channels(&'static str),
    /// A positive number of every channel.
    Positive(&'static str),
    /// A sum over each channel.
    Sums(&'static str),
    /// A pair of every slice.
    Parts(fn(usize) -> f64),
    /// Nothing, or of every channel.
    Optional(&'static str),
    /// Written: elements of each (channel, slice, element).
    Written([usize; 3]),
}
use Content::*;

/// Cases of the slices' moments.
pub fn moments() -> Vec<Case> {
    // Far from 0, where a mean of squares less the square of the mean would lose every digit.
    let mut cases = cases(|_| vec![Tensor("x"), Written([0, 2, 0])], false);
    for case in &mut cases {
        let Operand::Reals(x) = &mut case.operands[0] else { continue };
        let terms = case.terms as f64;
        // The sum of squares is about 1, whatever the size of the slice.
        x.iter_mut().for_each(|x| *x = f64::from((*x / terms.sqrt()) as f32));
    }
    cases
}

/// Cases of the channels' moments.
pub fn combine() -> Vec<Case> {
    // Positive all, since replicas turn the pairs around.
    let part: fn(usize) -> f64 = |_| 1.0;
    cases(|_| vec![Parts(part), Written([2, 0, 0]), Channels("running_mean"), Positive("running_var")], false)
}

/// Cases of the running moments.
pub fn running() -> Vec<Case> {
    cases(|_| vec![Channels("running_mean"), Positive("running_var"), Written([2, 0, 0])], false)
}

/// Cases of the normalisation.
pub fn forward() -> Vec<Case> {
    let of = |_| vec![Tensor("x"), Moments, Optional("weight"), Optional("bias"), Written([0, 0, 1])];
    cases(of, true)
}

/// Cases of the slices' gradient sums.
pub fn sums() -> Vec<Case> {
    let mut cases = cases(|_| vec![Tensor("dy"), Tensor("x"), Moments, Written([0, 2, 0])], false);
    for case in &mut cases {
        let Operand::Reals(dy) = &mut case.operands[0] else { continue };
        let terms = case.terms as f64;
        dy.iter_mut().for_each(|dy| *dy = f64::from((*dy / terms.sqrt()) as f32));
    }
    cases
}

/// Cases of the channels' gradient sums.
pub fn gradients() -> Vec<Case> {
    cases(|_| vec![Parts(|_| 0.0), Written([1, 0, 0]), Written([1, 0, 0])], false)
}

/// Cases of the gradient of x.
pub fn backward() -> Vec<Case> {
    let of = |_| {
        let sums = [Sums("dweight"), Sums("dbias"), Written([0, 0, 1])];
        [Tensor("dy"), Tensor("x"), Moments, Optional("weight")].into_iter().chain(sums).collect()
    };
    cases(of, true)
}

fn cases(operands: impl Fn(()) -> Vec<Content>, fused: bool) -> Vec<Case> {
    let mut cases = vec![];
    for (number, &(rows, batch, channels, positions, slices)) in SHAPES.iter().enumerate() {
        // Every other case has weights, every third a fused activation.
        let affine = number % 2 == 0;
        let count = rows * channels * positions;
        let scaled = |name: &str, scale: f64| -> Vec<f64> {
            case::reals(name, channels).iter().map(|value| f64::from((value * scale) as f32)).collect()
        };
        let moments = || case::reals("moments", 2 * channels).iter().enumerate().map(moment).collect();
        let of = |content: Content| match content {
            Tensor(name) => Operand::Reals(case::reals(name, count)),
            Moments => Operand::Reals(moments()),
            Channels(name) => Operand::Reals(scaled(name, 1.0)),
            Positive(name) => Operand::Reals(scaled(name, 1.0).into_iter().map(|v| v.abs() + 0.5).collect()),
            Sums(name) => Operand::Reals(scaled(name, (batch * positions).max(1) as f64)),
            Parts(least) => {
                let parts = case::reals("parts", 2 * channels * slices);
                let value = |(at, value): (usize, &f64)| if least(at) > 0.0 { value.abs() + least(at) } else { *value };
                Operand::Reals(parts.iter().enumerate().map(value).collect())
            }
            Optional(name) if affine => Operand::Reals(scaled(name, 1.0)),
            Optional(_) => Operand::Unbound,
            Written([channel, slice, element]) => {
                Operand::Output(channels * channel + channels * slices * slice + count * element)
            }
        };
        let parameters = BatchNormParameters {
            rows: rows as u32,
            channels: channels as u32,
            positions: positions as u32,
            slices: slices as u32,
            epsilon: 1e-5,
            momentum: 0.1,
            unbiased: u32::from(affine),
        };
        let label = format!("{batch}/{rows} x {channels} x {positions} in {slices}");
        let mut case = Case::new(label, parameters, operands(()).into_iter().map(of).collect());
        case.step = Step::over(batch);
        case.terms = (rows * positions).div_ceil(slices).max(slices);
        case.replicas = if rows == 31 { 3 } else { 1 };
        if fused && number % 3 == 0 {
            case.variant = Variant::Activation(&activations::SIGMOID);
        }
        cases.push(case);
    }
    cases
}

/// Means near 0, rates near 1.
fn moment((at, value): (usize, &f64)) -> f64 {
    let value = if at % 2 == 0 { *value } else { value.abs() / 2.0 + 0.25 };
    f64::from(value as f32)
}
