//! Pooling over up to three axes (a missing one has extent 1): the maximum of every window, or its
//! mean, and their gradients.
//!
//! The gradient of a maximum goes to the window's first maximum alone, as in PyTorch: shared out
//! among equals, which come often behind a ReLU, it would not be a subgradient that anyone else
//! computes. A mean counts the padding's zeros, as PyTorch does by default, or it does not, as in Keras.

use std::ops::Range;

use rayon::prelude::*;

use super::{Arguments, Case, Cost, Kernel, Operand, Parameters, Recipe, Slot, Source, Variant, activation, case};
use super::{product, read, reads, strided, writes, wrong_bindings};
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

/// y[o] = max x[i] over the window of o
pub const MAX_FORWARD: Kernel = Kernel {
    name: "pool_max_forward",
    formula: "y[o] = max x[i] over the window of o",
    bindings: &[reads("x"), writes("y")],
    parameters: PoolParameters::FIELDS,
    source: |recipe| forward(recipe, "pool_max_forward", include_str!("../../shaders/pool_max_forward.wgsl")),
    cpu: twin!(max_forward),
    cost,
    cases: || cases(Form::MaxForward),
    tolerance: 1.0,
};

/// dx[i] = (Σ dy[o] over the windows whose first maximum is i) · f′(x[i])
pub const MAX_BACKWARD: Kernel = Kernel {
    name: "pool_max_backward",
    formula: "dx[i] = (sum dy[o] over the windows whose first maximum is i) * f'(x[i])",
    bindings: &[reads("x"), reads("y"), reads("dy"), writes("dx")],
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
    source: |recipe| forward(recipe, "pool_average_forward", include_str!("../../shaders/pool_average_forward.wgsl")),
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

/// The shader of a forward pass, given what it makes of a window.
fn forward(recipe: &Recipe, name: &str, window: &str) -> Source {
    let p: PoolParameters = read(recipe.parameters);
    let wgsl = [include_str!("../../shaders/pool_forward.wgsl"), window, GEOMETRY_WGSL].concat();
    let workgroups = strided(p.planes * p.out_d * p.out_h * p.out_w, 64);
    Source { label: name.into(), wgsl, constants: vec![], workgroups }
}

/// The shader of a backward pass, with the derivative of an activation in its open place.
fn backward(recipe: &Recipe, name: &str, file: &str) -> Source {
    let p: PoolParameters = read(recipe.parameters);
    let (file, derivative, label) = match recipe.variant.activation() {
        Some(activation) => (file.to_owned(), activation.wgsl, format!("{name} {}", activation.name)),
        // Nothing is bound that a derivative could read.
        None => {
            (file.replace("v[v0 + i]", "1.0"), "fn derivative(v: f32) -> f32 {\n    return 1.0;\n}\n", name.to_owned())
        }
    };
    let workgroups = strided(p.planes * p.in_d * p.in_h * p.in_w, 64);
    Source { label, wgsl: [&file, GEOMETRY_WGSL, derivative].concat(), constants: vec![], workgroups }
}

fn cost(parameters: &[u8]) -> Cost {
    let p: PoolParameters = read(parameters);
    let outputs = product(&[p.planes, p.out_d, p.out_h, p.out_w]);
    let inputs = product(&[p.planes, p.in_d, p.in_h, p.in_w]);
    Cost { flops: outputs * product(&[p.kernel_d, p.kernel_h, p.kernel_w]), bytes: 4 * (outputs + inputs) }
}

/// One plane's walk over windows.
#[derive(Clone, Copy)]
struct Plane {
    input: [usize; 3],
    output: [usize; 3],
    kernel: [usize; 3],
    stride: [usize; 3],
    pad: [usize; 3],
    count_padding: bool,
}

impl From<PoolParameters> for Plane {
    fn from(p: PoolParameters) -> Self {
        let triple = |d: u32, h: u32, w: u32| [d as usize, h as usize, w as usize];
        Plane {
            input: triple(p.in_d, p.in_h, p.in_w),
            output: triple(p.out_d, p.out_h, p.out_w),
            kernel: triple(p.kernel_d, p.kernel_h, p.kernel_w),
            stride: triple(p.stride_d, p.stride_h, p.stride_w),
            pad: triple(p.pad_d, p.pad_h, p.pad_w),
            count_padding: p.count_padding > 0,
        }
    }
}

impl Plane {
    fn inputs(&self) -> usize {
        self.input.iter().product()
    }

    fn outputs(&self) -> usize {
        self.output.iter().product()
    }

    /// What the windows' values are multiplied by in a mean, or their gradients: the reciprocals of taps.
    fn share<T: Real>(&self, values: &mut [T]) {
        let of = |taps: usize| T::one() / T::of(taps as f64);
        if self.count_padding {
            let share = of(self.kernel.iter().product());
            return values.iter_mut().for_each(|value| *value *= share);
        }
        let lengths = |axis: usize| (0..self.output[axis]).map(move |at| self.span(axis, at).len());
        let [_, _, line] = self.output;
        let lines = lengths(0).flat_map(|depth| lengths(1).map(move |height| depth * height));
        for (values, lines) in values.chunks_mut(line).zip(lines) {
            values.iter_mut().zip(lengths(2)).for_each(|(value, width)| *value *= of(lines * width));
        }
    }

    /// The pixels of a window along one axis, without the padding.
    fn span(&self, axis: usize, position: usize) -> Range<usize> {
        let start = position * self.stride[axis];
        let end = (start + self.kernel[axis]).saturating_sub(self.pad[axis]);
        start.saturating_sub(self.pad[axis])..end.min(self.input[axis])
    }

    /// The windows of a line whose tap meets a pixel and not padding.
    fn covered(&self, tap: usize) -> Range<usize> {
        let ([_, _, extent], [_, _, stride], [_, _, pad]) = (self.input, self.stride, self.pad);
        let start = pad.saturating_sub(tap).div_ceil(stride);
        let end = (extent + pad).saturating_sub(tap).div_ceil(stride).min(self.output[2]);
        start.min(end)..end
    }

    /// The largest pixel of each window.
    fn maxima<T: Real>(&self, x: &[T], y: &mut [T]) {
        // NaN counts as the largest, so that it is not hidden. To ask every pixel is a branch that nothing
        // can predict, and most planes have none.
        match x.iter().fold(false, |found, x| found | x.is_nan()) {
            true => self.maxima_by(x, y, |x, y| x > y || x.is_nan()),
            false => self.maxima_by(x, y, |x, y| x > y),
        }
    }

    fn maxima_by<T: Real>(&self, x: &[T], y: &mut [T], larger: impl Fn(T, T) -> bool) {
        y.fill(T::neg_infinity());
        self.taps(|windows, pixel| {
            let x = x[pixel..].iter().step_by(self.stride[2]);
            y[windows].iter_mut().zip(x).for_each(|(y, &x)| *y = if larger(x, *y) { x } else { *y });
        });
    }

    /// Visits all pixels of all windows, the same tap of a line of windows at once: the windows, and the
    /// first one's pixel; the next ones' are a stride apart. Every window meets its pixels in order.
    fn taps(&self, mut visit: impl FnMut(Range<usize>, usize)) {
        let ([_, in_h, in_w], [out_d, out_h, out_w]) = (self.input, self.output);
        let covered: Vec<Range<usize>> = (0..self.kernel[2]).map(|tap| self.covered(tap)).collect();
        for (od, oh) in (0..out_d).flat_map(|od| (0..out_h).map(move |oh| (od, oh))) {
            let first = (od * out_h + oh) * out_w;
            for (d, h) in self.span(0, od).flat_map(|d| self.span(1, oh).map(move |h| (d, h))) {
                for (tap, Range { start, end }) in covered.iter().cloned().enumerate().filter(|(_, c)| !c.is_empty()) {
                    let across = start * self.stride[2] + tap - self.pad[2];
                    visit(first + start..first + end, (d * in_h + h) * in_w + across);
                }
            }
        }
    }
}

fn max_forward<T: Real>(arguments: &mut Arguments<T>) {
    let plane = Plane::from(arguments.parameters::<PoolParameters>());
    let [Slot::Real(x), Slot::RealMut(y)] = &mut arguments.slots[..] else { wrong_bindings() };
    y.par_chunks_mut(plane.outputs()).zip(x.par_chunks(plane.inputs())).for_each(|(y, x)| plane.maxima(x, y));
}

/// No pixel.
const NOWHERE: u32 = u32::MAX;

fn max_backward<T: Real>(arguments: &mut Arguments<T>) {
    let plane = Plane::from(arguments.parameters::<PoolParameters>());
    let variant = arguments.variant;
    let [Slot::Real(x), Slot::Real(y), Slot::Real(dy), Slot::RealMut(dx)] = &mut arguments.slots[..] else {
        wrong_bindings()
    };
    let planes = dx.par_chunks_mut(plane.inputs()).zip(x.par_chunks(plane.inputs()));
    let planes = planes.zip(y.par_chunks(plane.outputs()).zip(dy.par_chunks(plane.outputs())));
    let places = || vec![NOWHERE; plane.outputs()];
    planes.for_each_init(places, |places, ((dx, x), (y, dy))| {
        places.fill(NOWHERE);
        plane.taps(|windows, pixel| {
            let windows = places[windows.clone()].iter_mut().zip(&y[windows]);
            for ((place, &y), (at, &x)) in windows.zip((pixel..).zip(&x[pixel..]).step_by(plane.stride[2])) {
                // The first of several that are equal.
                *place = (*place).min(if x == y { at as u32 } else { NOWHERE });
            }
        });
        dx.fill(T::zero());
        // A window of NaN has no largest pixel.
        for (&place, &dy) in places.iter().zip(dy).filter(|(place, _)| **place != NOWHERE) {
            dx[place as usize] += dy;
        }
        variant.activation().inspect(|f| activation::slope(f.slope(), dx, x));
    });
}

fn average_forward<T: Real>(arguments: &mut Arguments<T>) {
    let plane = Plane::from(arguments.parameters::<PoolParameters>());
    let [Slot::Real(x), Slot::RealMut(y)] = &mut arguments.slots[..] else { wrong_bindings() };
    y.par_chunks_mut(plane.outputs()).zip(x.par_chunks(plane.inputs())).for_each(|(y, x)| {
        y.fill(T::zero());
        plane.taps(|windows, pixel| {
            y[windows].iter_mut().zip(x[pixel..].iter().step_by(plane.stride[2])).for_each(|(y, &x)| *y += x);
        });
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
        plane.taps(|windows, pixel| {
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
        let replicas = if at == 3 || at == 4 { 3 } else { 1 };
        let operands = match form {
            Form::MaxForward | Form::AverageForward => vec![Operand::Reals(x), Operand::Output(outputs)],
            Form::MaxBackward => {
                // What the forward pass gave. A turned x does not fit a turned y, unless all are equal.
                if replicas > 1 {
                    let first = x[0];
                    x.fill(first);
                }
                let mut y = vec![0.0; outputs];
                for (y, x) in y.chunks_exact_mut(plane.outputs()).zip(x.chunks_exact(plane.inputs())) {
                    plane.maxima(x, y);
                }
                vec![Operand::Reals(x), Operand::Reals(y), dy, Operand::Output(inputs)]
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
