//! The backward pass of batch normalisation: two sums of each channel, which are the gradients of
//! bias and weight, and from them the gradient of x.

use rayon::prelude::*;

use super::batch_norm::{BatchNormParameters, by_channel, by_element, channelwise, elementwise, sliced};
use super::wrong_bindings;
use super::{Arguments, Kernel, Parameters, Slot, Variant, activation, batch_norm_cases as cases, reads, wgsl, writes};
use crate::{
    real::{Real, lane_sums, sums as total},
    twin,
};

/// Σ dy and Σ dy·x̂ of each slice of each channel, x̂ = (x − mean) / deviation
pub const SUMS: Kernel = Kernel {
    name: "batch_norm_sums",
    formula: "parts = sum dy, sum dy (x - mean) / deviation of each slice",
    bindings: &[reads("dy"), reads("x"), reads("moments"), writes("parts")],
    parameters: BatchNormParameters::FIELDS,
    source: |recipe| sliced(recipe, wgsl!("batch_norm_sums.wgsl")),
    cpu: twin!(sums),
    cost: |p| elementwise(p, 5, 8),
    cases: cases::sums,
    tolerance: 8.0,
};

/// The slices' sums added up: dweight = Σ dy·x̂, dbias = Σ dy
pub const GRADIENTS: Kernel = Kernel {
    name: "batch_norm_gradients",
    formula: "dweight = sum dy (x - mean) / deviation; dbias = sum dy",
    bindings: &[reads("parts"), writes("dweight"), writes("dbias")],
    parameters: BatchNormParameters::FIELDS,
    source: |recipe| by_channel(recipe, wgsl!("batch_norm_gradients.wgsl")),
    cpu: twin!(gradients),
    cost: channelwise,
    cases: cases::gradients,
    tolerance: 8.0,
};

/// dx = weight / deviation · (dy − mean dy − x̂ mean(dy·x̂)) · f′(x), f the activation below
pub const BACKWARD: Kernel = Kernel {
    name: "batch_norm_backward",
    formula: "dx = weight / deviation (dy - mean dy - xhat mean(dy xhat)) f'(x)",
    bindings: &[
        reads("dy"),
        reads("x"),
        reads("moments"),
        reads("weight").optional(),
        reads("dweight"),
        reads("dbias"),
        writes("dx"),
    ],
    parameters: BatchNormParameters::FIELDS,
    source: |recipe| by_element(recipe, wgsl!("batch_norm_backward.wgsl")),
    cpu: twin!(backward),
    cost: |p| elementwise(p, 8, 12),
    cases: cases::backward,
    tolerance: 12.0,
};

fn sums<T: Real>(arguments: &mut Arguments<T>) {
    let (p, step) = (arguments.parameters::<BatchNormParameters>(), arguments.step);
    let [Slot::Real(dy), Slot::Real(x), Slot::Real(moments), Slot::RealMut(parts)] = &mut arguments.slots[..] else {
        wrong_bindings()
    };
    parts.par_chunks_exact_mut(2).enumerate().for_each(|(at, part)| {
        let channel = at / p.slices as usize;
        let (mean, rate) = (moments[2 * channel], moments[2 * channel + 1]);
        let runs = p.runs(channel, at % p.slices as usize, step).map(|run| (&dy[run.clone()], &x[run]));
        part.copy_from_slice(&lane_sums(runs, |dy, x| [dy, dy * (x - mean) * rate]));
    });
}

fn gradients<T: Real>(arguments: &mut Arguments<T>) {
    let p: BatchNormParameters = arguments.parameters();
    let [Slot::Real(parts), Slot::RealMut(dweight), Slot::RealMut(dbias)] = &mut arguments.slots[..] else {
        wrong_bindings()
    };
    for (channel, parts) in parts.chunks_exact(2 * p.slices as usize).enumerate() {
        [dbias[channel], dweight[channel]] = total(parts.as_chunks::<2>().0.iter().copied());
    }
}

fn backward<T: Real>(arguments: &mut Arguments<T>) {
    let (p, step) = (arguments.parameters::<BatchNormParameters>(), arguments.step);
    let [
        Slot::Real(dy),
        Slot::Real(x),
        Slot::Real(moments),
        Slot::Real(weight),
        Slot::Real(dweight),
        Slot::Real(dbias),
        Slot::RealMut(dx),
    ] = &mut arguments.slots[..]
    else {
        wrong_bindings()
    };
    let (channels, positions) = (p.channels as usize, p.positions as usize);
    let row = channels * positions;
    let (valid, count) = (step.rows.min(p.rows) as usize, T::of(p.values(step).max(1) as f64));
    dx.par_chunks_exact_mut(row).enumerate().for_each(|(at, dx)| {
        if at >= valid {
            return dx.fill(T::zero());
        }
        let (dy, x) = (&dy[at * row..][..row], &x[at * row..][..row]);
        for (channel, dx) in dx.chunks_exact_mut(positions).enumerate() {
            let (dy, x) = (&dy[channel * positions..][..positions], &x[channel * positions..][..positions]);
            let (mean, rate) = (moments[2 * channel], moments[2 * channel + 1]);
            let weight = weight.get(channel).copied().unwrap_or(T::one());
            let (offset, slope) = (dbias[channel] / count, dweight[channel] / count);
            for ((dx, &dy), &x) in dx.iter_mut().zip(dy).zip(x) {
                *dx = weight * rate * (dy - offset - (x - mean) * rate * slope);
            }
        }
        if let Variant::Activation(f) = arguments.variant {
            activation::slope(f.slope(), dx, x);
        }
    });
}
