//! Pooling over up to three axes (a missing one has extent 1): the maximum of every window, or its
//! mean, and their gradients.
//!
//! The gradient of a maximum goes to the window's first maximum alone, as in PyTorch: shared out
//! among equals, which come often behind a ReLU, it would not be a subgradient that anyone else
//! computes. A mean counts the padding's zeros, as PyTorch does by default, or it does not, as in Keras.

use rayon::prelude::*;

use super::{
    Arguments, Case, Cost, Grid, Kernel, Lanes, Operand, Parameters, Recipe, Slot, Source, Variant, activation, case,
};
use super::{pool_plane::Plane, product, read, reads, writes, wrong_bindings};
use crate::{activations, parameters, real::Real, twin};

parameters! {
    /// A pooling's geometry: every plane of x [planes, in…] to one of y [planes, out…].
    PoolParameters {
        /// Examples times channels.
        planes: u32,
        /// Extent of x, depth.
        in_d: u32,
        /// Extent of x, height.
        in_h: u32,
        /// Extent of x, width.
        in_w: u32,
        /// Extent of y, depth.
        out_d: u32,
        /// Extent of y, height.
        out_h: u32,
        /// Extent of y, width.
        out_w: u32,
        /// Extent of a window, depth.
        kernel_d: u32,
        /// Extent of a window, height.
        kernel_h: u32,
        /// Extent of a window, width.
        kernel_w: u32,
        /// Pixels from one window to the next, depth.
        stride_d: u32,
        /// Pixels from one window to the next, height.
        stride_h: u32,
        /// Pixels from one window to the next, width.
        stride_w: u32,
        /// Padding before the first pixel, depth.
        pad_d: u32,
        /// Padding before the first pixel, height.
        pad_h: u32,
        /// Padding before the first pixel, width.
        pad_w: u32,
        /// Whether a mean counts the padding's zeros: 1 or 0.
        count_padding: u32,
    }
}

/// y[o] = max x[i] over the window of o; places[o] = the number of the first such pixel among all of the
/// window, padding included, or −1 where the maximum is NaN
pub const MAX_FORWARD: Kernel = Kernel {
    name: "pool_max_forward",
    formula: "y[o] = max x[i] over the window of o; places[o] = which pixel of the window",
    bindings: &[reads("x"), writes("y"), writes("places")],
    parameters: PoolParameters::FIELDS,
    source: |recipe| {
        let (alone, shared) =
            (include_str!("../../shaders/pool_max_forward.wgsl"), include_str!("../../shaders/pool_max_shared.wgsl"));
        let mut source = forward(recipe, "pool_max_forward", alone, shared, Lanes::largest_wgsl);
        source.label += if recipe.bound[2] { " placed" } else { "" };
        source.constants = vec![("placed", f64::from(u8::from(recipe.bound[2])))];
        source
    },
    cpu: twin!(max_forward),
    cost,
    cases: || cases(Form::MaxForward),
    tolerance: 1.0,
};

/// dx[i] = (Σ dy[o] over the windows whose first maximum is i) · f′(v[i])
pub const MAX_BACKWARD: Kernel = Kernel {
    name: "pool_max_backward",
    formula: "dx[i] = (sum dy[o] over the windows whose first maximum is i) * f'(v[i])",
    bindings: &[reads("places"), reads("dy"), reads("v"), writes("dx")],
    parameters: PoolParameters::FIELDS,
    source: |recipe| backward(recipe, "pool_max_backward", include_str!("../../shaders/pool_max_backward.wgsl")),
    cpu: twin!(max_backward),
    cost,
    cases: || cases(Form::MaxBackward),
    tolerance: 4.0,
};

/// y[o] = Σ x[i] over the window of o / its taps
pub const AVERAGE_FORWARD: Kernel = Kernel {
    name: "pool_average_forward",
    formula: "y[o] = sum x[i] over the window of o / its taps",
    bindings: &[reads("x"), writes("y")],
    parameters: PoolParameters::FIELDS,
    source: |recipe| {
        let alone = include_str!("../../shaders/pool_average_forward.wgsl");
        let shared = include_str!("../../shaders/pool_average_shared.wgsl");
        forward(recipe, "pool_average_forward", alone, shared, Lanes::sum_wgsl)
    },
    cpu: twin!(average_forward),
    cost,
    cases: || cases(Form::AverageForward),
    tolerance: 4.0,
};

/// dx[i] = (Σ dy[o] / taps of o, over the windows o that hold i) · f′(v[i])
pub const AVERAGE_BACKWARD: Kernel = Kernel {
    name: "pool_average_backward",
    formula: "dx[i] = (sum dy[o] / taps of o, over the windows o that hold i) * f'(v[i])",
    bindings: &[reads("dy"), reads("v"), writes("dx")],
    parameters: PoolParameters::FIELDS,
    source: |recipe| {
        backward(recipe, "pool_average_backward", include_str!("../../shaders/pool_average_backward.wgsl"))
    },
    cpu: twin!(average_backward),
    cost,
    cases: || cases(Form::AverageBackward),
    tolerance: 4.0,
};

const GEOMETRY_WGSL: &str = include_str!("../../shaders/pool_geometry.wgsl");

/// From so many pixels on, a workgroup takes a window.
const ALONE: u64 = 1024;

/// The shader of a forward pass, given what one thread makes of a window, and what all of a workgroup.
fn forward(recipe: &Recipe, name: &str, alone: &str, shared: &str, terms: fn(Lanes) -> String) -> Source {
    let p: PoolParameters = read(recipe.parameters);
    let (windows, taps) = (p.planes * p.out_d * p.out_h * p.out_w, product(&[p.kernel_d, p.kernel_h, p.kernel_w]));
    let lanes = Lanes::from(ALONE, taps);
    let (wgsl, grid) = if lanes.lanes == 1 {
        let wgsl = [alone, include_str!("../../shaders/pool_forward.wgsl"), GEOMETRY_WGSL].concat();
        (wgsl, Grid::strided(windows, 64).with(nested([p.kernel_d, p.kernel_h, p.kernel_w])))
    } else {
        let main = include_str!("../../shaders/pool_shared.wgsl");
        let wgsl = [alone, shared, main, GEOMETRY_WGSL, &lanes.wgsl(), &terms(lanes)].concat();
        (wgsl, lanes.grid(windows.into(), taps, 1))
    };
    Source { label: format!("{name} {}", lanes.label()), wgsl, constants: vec![], grid }
}

/// The shader of a backward pass, with the derivative of an activation in its open place.
fn backward(recipe: &Recipe, name: &str, file: &str) -> Source {
    let p: PoolParameters = read(recipe.parameters);
    let main = include_str!("../../shaders/pool_backward.wgsl");
    let (main, derivative, activation) = match recipe.variant.activation() {
        Some(activation) => (main.to_owned(), activation.wgsl, activation.name),
        // Nothing is bound that a derivative could read.
        None => (main.replace("v[v0 + i]", "1.0"), "fn derivative(v: f32) -> f32 {\n    return 1.0;\n}\n", ""),
    };
    // The windows that hold a pixel, along each axis.
    let held = |kernel: u32, stride: u32, out: u32| kernel.div_ceil(stride).min(out);
    let (d, h) = (held(p.kernel_d, p.stride_d, p.out_d), held(p.kernel_h, p.stride_h, p.out_h));
    let w = held(p.kernel_w, p.stride_w, p.out_w);
    let lanes = Lanes { lanes: 1, each: if w > 8 { 8 } else { 1 } };
    Source {
        label: format!("{name} {} {activation}", lanes.each),
        wgsl: [file, &main, GEOMETRY_WGSL, &lanes.wgsl(), &lanes.sum_wgsl(), derivative].concat(),
        constants: vec![],
        grid: Grid::strided(p.planes * p.in_d * p.in_h * p.in_w, 64).with(nested([d, h, w.div_ceil(lanes.each)])),
    }
}

/// The turns of loops within each other.
fn nested(loops: [u32; 3]) -> u64 {
    loops.into_iter().rev().fold(0, |inner, turns| u64::from(turns) * (inner + 1) + 1)
}

fn cost(parameters: &[u8]) -> Cost {
    let p: PoolParameters = read(parameters);
    let outputs = product(&[p.planes, p.out_d, p.out_h, p.out_w]);
    let inputs = product(&[p.planes, p.in_d, p.in_h, p.in_w]);
    Cost { flops: outputs * product(&[p.kernel_d, p.kernel_h, p.kernel_w]), bytes: 4 * (outputs + inputs) }
}

fn max_forward<T: Real>(arguments: &mut Arguments<T>) {
    let plane = Plane::from(arguments.parameters::<PoolParameters>());
    let [Slot::Real(x), Slot::RealMut(y), Slot::RealMut(places)] = &mut arguments.slots[..] else { wrong_bindings() };
    let (inputs, outputs) = (plane.inputs(), plane.outputs());
    if places.is_empty() {
        return y.par_chunks_mut(outputs).zip(x.par_chunks(inputs)).for_each(|(y, x)| plane.maxima(x, y));
    }
    let planes = y.par_chunks_mut(outputs).zip(x.par_chunks(inputs)).zip(places.par_chunks_mut(outputs));
    planes.for_each(|((y, x), places)| {
        plane.placed(x, y, places);
    });
}

fn max_backward<T: Real>(arguments: &mut Arguments<T>) {
    let plane = Plane::from(arguments.parameters::<PoolParameters>());
    let variant = arguments.variant;
    let [Slot::Real(places), Slot::Real(dy), Slot::Real(v), Slot::RealMut(dx)] = &mut arguments.slots[..] else {
        wrong_bindings()
    };
    let planes = dx.par_chunks_mut(plane.inputs()).zip(places.par_chunks(plane.outputs()));
    planes.zip(dy.par_chunks(plane.outputs())).enumerate().for_each(|(number, ((dx, places), dy))| {
        dx.fill(T::zero());
        plane.taps(|windows, pixel, tap| {
            let (tap, windows) = (T::of(tap as f64), places[windows.clone()].iter().zip(&dy[windows]));
            for (dx, (&place, &dy)) in dx[pixel..].iter_mut().step_by(plane.stride[2]).zip(windows) {
                *dx += if place == tap { dy } else { T::zero() };
            }
        });
        if let Some(f) = variant.activation() {
            activation::slope(f.slope(), dx, &v[number * plane.inputs()..][..plane.inputs()]);
        }
    });
}

fn average_forward<T: Real>(arguments: &mut Arguments<T>) {
    let plane = Plane::from(arguments.parameters::<PoolParameters>());
    let [Slot::Real(x), Slot::RealMut(y)] = &mut arguments.slots[..] else { wrong_bindings() };
    // Long lines are summed one by one, by lanes; short ones side by side.
    let long = plane.kernel[2] >= 64 || plane.kernel.iter().product::<usize>() as u64 >= ALONE;
    y.par_chunks_mut(plane.outputs()).zip(x.par_chunks(plane.inputs())).for_each(|(y, x)| {
        if long {
            y.iter_mut().enumerate().for_each(|(o, y)| *y = plane.sum(x, o));
        } else {
            y.fill(T::zero());
            plane.taps(|windows, pixel, _| {
                y[windows].iter_mut().zip(x[pixel..].iter().step_by(plane.stride[2])).for_each(|(y, &x)| *y += x);
            });
        }
        plane.share(y);
    });
}

fn average_backward<T: Real>(arguments: &mut Arguments<T>) {
    let plane = Plane::from(arguments.parameters::<PoolParameters>());
    let variant = arguments.variant;
    let [Slot::Real(dy), Slot::Real(v), Slot::RealMut(dx)] = &mut arguments.slots[..] else { wrong_bindings() };
    let planes = dx.par_chunks_mut(plane.inputs()).zip(dy.par_chunks(plane.outputs()));
    let shares = || vec![T::zero(); plane.outputs()];
    planes.enumerate().for_each_init(shares, |shares, (number, (dx, dy))| {
        shares.copy_from_slice(dy);
        plane.share(shares);
        dx.fill(T::zero());
        plane.taps(|windows, pixel, _| {
            let dx = dx[pixel..].iter_mut().step_by(plane.stride[2]);
            dx.zip(&shares[windows]).for_each(|(dx, &share)| *dx += share);
        });
        if let Some(f) = variant.activation() {
            activation::slope(f.slope(), dx, &v[number * plane.inputs()..][..plane.inputs()]);
        }
    });
}

#[derive(Clone, Copy, PartialEq)]
enum Form {
    MaxForward,
    MaxBackward,
    AverageForward,
    AverageBackward,
}

/// Planes, then (in, kernel, stride, pad) for depth, height and width: one pixel, primes, overlap,
/// gaps, padding, whole planes, more than 65,535 planes and elements.
const SHAPES: &[(u32, [[u32; 4]; 3])] = &[
    (1, [[1, 1, 1, 0], [1, 1, 1, 0], [1, 1, 1, 0]]),
    (3, [[1, 1, 1, 0], [1, 1, 1, 0], [13, 3, 2, 1]]),
    (2, [[1, 1, 1, 0], [1, 1, 1, 0], [257, 2, 2, 0]]),
    (5, [[1, 1, 1, 0], [6, 2, 2, 0], [8, 2, 2, 0]]),
    (7, [[1, 1, 1, 0], [7, 3, 1, 1], [9, 3, 1, 1]]),
    (2, [[1, 1, 1, 0], [11, 3, 2, 1], [13, 5, 3, 2]]),
    (3, [[1, 1, 1, 0], [7, 2, 3, 0], [8, 1, 4, 0]]),
    (65, [[1, 1, 1, 0], [7, 7, 1, 0], [7, 7, 1, 0]]),
    (4, [[1, 1, 1, 0], [5, 2, 1, 1], [5, 4, 1, 2]]),
    (3, [[5, 3, 2, 1], [6, 2, 2, 0], [7, 3, 1, 1]]),
    (1, [[4, 4, 1, 0], [3, 3, 1, 0], [5, 5, 1, 0]]),
    (70_001, [[1, 1, 1, 0], [2, 2, 2, 0], [3, 2, 1, 0]]),
    (1, [[1, 1, 1, 0], [1, 1, 1, 0], [70_003, 3, 1, 1]]),
    // A workgroup a window; more pixels, and more windows of a pixel, than a driver's loops take one by one.
    (2, [[1, 1, 1, 0], [33, 33, 1, 0], [32, 31, 1, 3]]),
    (2, [[1, 1, 1, 0], [257, 257, 1, 0], [263, 259, 1, 2]]),
    (1, [[1, 1, 1, 0], [1, 1, 1, 0], [1_000_003, 1_000_003, 1, 0]]),
    (1, [[1, 1, 1, 0], [23, 17, 1, 8], [23, 17, 1, 8]]),
];

fn cases(form: Form) -> Vec<Case> {
    let of = |(at, &(planes, [d, h, w])): (usize, &(u32, [[u32; 4]; 3]))| {
        let out = |[extent, kernel, stride, pad]: [u32; 4]| (extent + 2 * pad - kernel) / stride + 1;
        let p = PoolParameters {
            planes,
            in_d: d[0],
            in_h: h[0],
            in_w: w[0],
            out_d: out(d),
            out_h: out(h),
            out_w: out(w),
            kernel_d: d[1],
            kernel_h: h[1],
            kernel_w: w[1],
            stride_d: d[2],
            stride_h: h[2],
            stride_w: w[2],
            pad_d: d[3],
            pad_h: h[3],
            pad_w: w[3],
            // Both ways in turn, of which one is as good as the other where there is no padding.
            count_padding: (at % 2) as u32,
        };
        let plane = Plane::from(p);
        let (inputs, outputs) = (planes as usize * plane.inputs(), planes as usize * plane.outputs());
        // Few different values, and those of an activation: equals are what a maximum gets wrong.
        let activation = activations::ALL.iter().copied().filter(|f| f.of_output()).cycle().nth(at / 2);
        let activation =
            activation.filter(|_| at % 2 == 1 && matches!(form, Form::MaxBackward | Form::AverageBackward));
        let mut x: Vec<f64> =
            case::words("x", inputs, 7).into_iter().map(|word| f64::from(word) / 4.0 - 0.75).collect();
        activation.inspect(|f| (f.forward.f64)(&mut x));
        x.iter_mut().for_each(|x| *x = f64::from(*x as f32));
        let dy = Operand::Reals(case::reals("dy", outputs));
        // Turned places must not be padding.
        let replicas = if at == 3 || at == 4 && form != Form::MaxBackward { 3 } else { 1 };
        let operands = match form {
            Form::AverageForward => vec![Operand::Reals(x), Operand::Output(outputs)],
            Form::MaxForward => {
                // An evaluation step asks for no places.
                let places = if at % 4 == 1 { Operand::Unbound } else { Operand::Output(outputs) };
                vec![Operand::Reals(x), Operand::Output(outputs), places]
            }
            Form::MaxBackward => {
                // What the forward pass gave.
                let (mut y, mut places) = (vec![0.0; outputs], vec![0.0; outputs]);
                let planes = y.chunks_exact_mut(plane.outputs()).zip(x.chunks_exact(plane.inputs()));
                for ((y, x), places) in planes.zip(places.chunks_exact_mut(plane.outputs())) {
                    plane.placed(x, y, places);
                }
                let v = activation.map_or(Operand::Unbound, |_| Operand::Reals(x));
                vec![Operand::Reals(places), dy, v, Operand::Output(inputs)]
            }
            Form::AverageBackward => {
                let v = activation.map_or(Operand::Unbound, |_| Operand::Reals(x));
                vec![dy, v, Operand::Output(inputs)]
            }
        };
        let name = activation.map_or(String::new(), |f| format!(", {}", f.name));
        let mut case = Case::new(format!("{planes} x {d:?} {h:?} {w:?}{name}"), p, operands);
        case.variant = activation.map_or(Variant::Plain, Variant::Activation);
        case.terms = plane.kernel.iter().product();
        case.replicas = replicas;
        case
    };
    SHAPES.iter().enumerate().map(of).collect()
}
