//! Pooling over up to three axes (a missing one has extent 1): the maximum of every window, or its
//! mean, and their gradients.
//!
//! The gradient of a maximum goes to the window's first maximum alone, as in PyTorch: shared out
//! among equals, which come often behind a ReLU, it would not be a subgradient that anyone else
//! computes. A mean counts the padding's zeros, as PyTorch does by default, or it does not, as in Keras.

mod cases;
mod plane;
mod source;
mod twins;

use super::{Cost, Kernel, Parameters, product, read, reads, writes};
use crate::{parameters, twin};
use cases::Form;

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
    bindings: &[reads("x"), writes("y"), writes("places").optional()],
    parameters: PoolParameters::FIELDS,
    source: source::max_forward,
    cpu: twin!(twins::max_forward),
    cost,
    cases: || cases::cases(Form::MaxForward),
    tolerance: 1.0,
};

/// dx[i] = (Σ dy[o] over the windows whose first maximum is i) · f′(v[i])
pub const MAX_BACKWARD: Kernel = Kernel {
    name: "pool_max_backward",
    formula: "dx[i] = (sum dy[o] over the windows whose first maximum is i) * f'(v[i])",
    bindings: &[reads("places"), reads("dy"), reads("v").optional(), writes("dx")],
    parameters: PoolParameters::FIELDS,
    source: source::max_backward,
    cpu: twin!(twins::max_backward),
    cost,
    cases: || cases::cases(Form::MaxBackward),
    tolerance: 4.0,
};

/// y[o] = Σ x[i] over the window of o / its taps
pub const AVERAGE_FORWARD: Kernel = Kernel {
    name: "pool_average_forward",
    formula: "y[o] = sum x[i] over the window of o / its taps",
    bindings: &[reads("x"), writes("y")],
    parameters: PoolParameters::FIELDS,
    source: source::average_forward,
    cpu: twin!(twins::average_forward),
    cost,
    cases: || cases::cases(Form::AverageForward),
    tolerance: 4.0,
};

/// dx[i] = (Σ dy[o] / taps of o, over the windows o that hold i) · f′(v[i])
pub const AVERAGE_BACKWARD: Kernel = Kernel {
    name: "pool_average_backward",
    formula: "dx[i] = (sum dy[o] / taps of o, over the windows o that hold i) * f'(v[i])",
    bindings: &[reads("dy"), reads("v").optional(), writes("dx")],
    parameters: PoolParameters::FIELDS,
    source: source::average_backward,
    cpu: twin!(twins::average_backward),
    cost,
    cases: || cases::cases(Form::AverageBackward),
    tolerance: 4.0,
};

fn cost(parameters: &[u8]) -> Cost {
    let p: PoolParameters = read(parameters);
    let outputs = product(&[p.planes, p.out_d, p.out_h, p.out_w]);
    let inputs = product(&[p.planes, p.in_d, p.in_h, p.in_w]);
    Cost { flops: outputs * product(&[p.kernel_d, p.kernel_h, p.kernel_w]), bytes: 4 * (outputs + inputs) }
}

/// From so many pixels on, a workgroup takes a window.
const ALONE: u64 = 1024;
