//! An activation over a whole tensor, and its derivative times dy.

use rayon::prelude::*;

use super::{
    Arguments, CHUNK, Case, Cost, Kernel, Operand, Recipe, Shader, Slot, Source, Variant, WIDTH, case, read, reads,
    wgsl, writes, wrong_bindings,
};
use crate::{activations, parameters, real::Real, twin};

parameters! {
    /// Both kernels' parameters.
    ActivationParameters {
        /// Elements of the tensor.
        count: u32,
    }
}

/// y = f(x)
pub const FORWARD: Kernel = Kernel {
    name: "activation_forward",
    formula: "y = f(x)",
    bindings: &[reads("x"), writes("y")],
    parameters: <ActivationParameters as super::Parameters>::FIELDS,
    source: |recipe| source(recipe, wgsl!("activation_forward.wgsl")),
    cpu: twin!(forward),
    cost: |p| cost(p, 8),
    cases: || cases(false),
    tolerance: 12.0,
};

/// dx = dy · f′(v), where v is the activation's output or input, as it needs
pub const BACKWARD: Kernel = Kernel {
    name: "activation_backward",
    formula: "dx = dy · f'(v)",
    bindings: &[reads("dy"), reads("v"), writes("dx")],
    parameters: <ActivationParameters as super::Parameters>::FIELDS,
    source: |recipe| source(recipe, wgsl!("activation_backward.wgsl")),
    cpu: twin!(backward),
    cost: |p| cost(p, 12),
    cases: || cases(true),
    tolerance: 12.0,
};

fn source(recipe: &Recipe, file: &str) -> Source {
    Shader::of(recipe, file).activation().strided(read::<ActivationParameters>(recipe.parameters).count, WIDTH)
}

fn cost(parameters: &[u8], bytes: u64) -> Cost {
    let count = u64::from(read::<ActivationParameters>(parameters).count);
    Cost { flops: count, bytes: bytes * count }
}

fn forward<T: Real>(arguments: &mut Arguments<T>) {
    let activation = arguments.variant.activation().expect("an activation fills this kernel");
    let [Slot::Real(x), Slot::RealMut(y)] = &mut arguments.slots[..] else { wrong_bindings() };
    y.copy_from_slice(x);
    y.par_chunks_mut(CHUNK).for_each(|y| map(&activation.forward, y));
}

fn backward<T: Real>(arguments: &mut Arguments<T>) {
    let activation = arguments.variant.activation().expect("an activation fills this kernel");
    let [Slot::Real(dy), Slot::Real(v), Slot::RealMut(dx)] = &mut arguments.slots[..] else { wrong_bindings() };
    dx.copy_from_slice(dy);
    dx.par_chunks_mut(CHUNK).zip(v.par_chunks(CHUNK)).for_each(|(dx, v)| slope(activation.slope(), dx, v));
}

/// y = f(y) over a slice of either type.
pub fn map<T: Real>(map: &activations::Map, y: &mut [T]) {
    match bytemuck::try_cast_slice_mut::<T, f32>(y) {
        Ok(y) if size_of::<T>() == 4 => (map.f32)(y),
        _ => (map.f64)(bytemuck::cast_slice_mut(y)),
    }
}

/// dx = dx ∘ f′(v) over slices of either type.
pub fn slope<T: Real>(slope: &activations::Slope, dx: &mut [T], v: &[T]) {
    if size_of::<T>() == 4 {
        (slope.f32)(bytemuck::cast_slice_mut(dx), bytemuck::cast_slice(v));
    } else {
        (slope.f64)(bytemuck::cast_slice_mut(dx), bytemuck::cast_slice(v));
    }
}

/// Every activation over every awkward count, and over numbers that overflow a careless exp.
fn cases(backward: bool) -> Vec<Case> {
    let mut cases = vec![];
    for &activation in activations::ALL {
        for &count in case::COUNTS {
            let mut v = case::reals(activation.name, count);
            for (at, extreme) in [0.0, -0.0, 1e4, -1e4, 88.0, -88.0, 1e-30, 0.2499].into_iter().enumerate() {
                if count > 256 {
                    v[at * 7] = f64::from(extreme as f32);
                }
            }
            if backward && activation.of_output() {
                // f′ is asked of values that f can give.
                (activation.forward.f64)(&mut v);
                v.iter_mut().for_each(|v| *v = f64::from(*v as f32));
            }
            let mut operands = vec![Operand::Reals(v), Operand::Output(count)];
            if backward {
                operands.insert(0, Operand::Reals(case::reals("dy", count)));
            }
            let parameters = ActivationParameters { count: count as u32 };
            let mut case = Case::new(format!("{} {count}", activation.name), parameters, operands);
            case.variant = Variant::Activation(activation);
            case.replicas = if count == 257 { 3 } else { 1 };
            cases.push(case);
        }
    }
    cases
}
