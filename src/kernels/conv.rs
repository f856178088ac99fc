//! Convolutions in the three forms that a layer needs, over up to three axes (a missing one has
//! extent 1), with strides, dilation, padding and groups: forward, backward to the input, and
//! backward to the weights.
//!
//! All three are matrix products whose unfolded operand is never written to memory by the shaders;
//! [`source`] chooses those. The twins unfold one example at a time and leave the
//! product to the GEMM crate. A transposed convolution is the same three kernels with the roles
//! of input and output exchanged.

mod cases;
mod geometry;
mod source;
mod twins;
mod unroll;

use super::{Cost, Kernel, Parameters, product, read, reads, writes};
use crate::{parameters, twin};

parameters! {
    /// A convolution's geometry: y [batch, filters, out…] from x [batch, channels, in…].
    ConvParameters {
        /// Examples.
        batch: u32,
        /// Channels of x.
        channels: u32,
        /// Channels of y.
        filters: u32,
        /// Parts into which both kinds of channels are cut; a filter sees its part only.
        groups: u32,
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
        /// Taps of a filter, depth.
        kernel_d: u32,
        /// Taps of a filter, height.
        kernel_h: u32,
        /// Taps of a filter, width.
        kernel_w: u32,
        /// Pixels from one position of the filter to the next, depth.
        stride_d: u32,
        /// Pixels from one position of the filter to the next, height.
        stride_h: u32,
        /// Pixels from one position of the filter to the next, width.
        stride_w: u32,
        /// Pixels from one tap to the next, depth.
        dilation_d: u32,
        /// Pixels from one tap to the next, height.
        dilation_h: u32,
        /// Pixels from one tap to the next, width.
        dilation_w: u32,
        /// Zeros before the first pixel, depth.
        pad_d: u32,
        /// Zeros before the first pixel, height.
        pad_h: u32,
        /// Zeros before the first pixel, width.
        pad_w: u32,
        /// Parts of the batch's lines whose weight gradients are summed apart; see [`chunks`].
        chunks: u32,
    }
}

parameters! {
    /// The sum over the parts of a weight gradient.
    ConvSumParameters {
        /// Parts.
        chunks: u32,
        /// Elements of dw.
        weights: u32,
        /// Elements of db.
        filters: u32,
    }
}

/// y[n,f,o] = f(Σ w[f,c,k] x[n,c, o·stride + k·dilation − pad] + bias[f]), or the sum times f′(v)
pub const FORWARD: Kernel = Kernel {
    name: "conv_forward",
    formula: "y[n,f,o] = f(sum_ck w[f,c,k] x[n,c,o*stride+k*dilation-pad] + bias[f]), or sum * f'(v)",
    bindings: &[reads("x"), reads("weight"), reads("bias").optional(), reads("v").optional(), writes("y")],
    parameters: ConvParameters::FIELDS,
    source: source::forward,
    cpu: twin!(twins::forward),
    cost,
    cases: cases::forward,
    tolerance: 8.0,
};

/// dx[n,c,i] = (Σ w[f,c,k] dy[n,f,o] over o·stride + k·dilation − pad = i) ∘ f′(v), or f(sum + bias[c])
pub const BACKWARD_INPUT: Kernel = Kernel {
    name: "conv_backward_input",
    formula: "dx[n,c,i] = sum_fk w[f,c,k] dy[n,f,o] over o*stride+k*dilation-pad = i, * f'(v), or f(sum + bias[c])",
    bindings: &[reads("dy"), reads("weight"), reads("bias").optional(), reads("v").optional(), writes("dx")],
    parameters: ConvParameters::FIELDS,
    source: source::backward_input,
    cpu: twin!(twins::backward_input),
    cost,
    cases: cases::backward_input,
    tolerance: 8.0,
};

/// partials[chunk] = (dw, db) over the chunk's lines: dw[f,c,k] = Σ dy[n,f,o] x[n,c,…], db[f] = Σ dy[n,f,o].
/// With no channels and x left out it is db alone.
pub const BACKWARD_WEIGHT: Kernel = Kernel {
    name: "conv_backward_weight",
    formula: "partials[chunk] = (sum_no dy[n,f,o] x[n,c,o*stride+k*dilation-pad], sum_no dy[n,f,o])",
    bindings: &[reads("x").optional(), reads("dy"), writes("partials")],
    parameters: ConvParameters::FIELDS,
    source: source::backward_weight,
    cpu: twin!(twins::backward_weight),
    cost,
    cases: cases::backward_weight,
    tolerance: 8.0,
};

/// (dw, db) = Σ partials[chunk], in the order of the chunks
pub const WEIGHT_SUM: Kernel = Kernel {
    name: "conv_weight_sum",
    formula: "(dw, db) = sum_chunk partials[chunk]",
    bindings: &[reads("partials"), writes("dw").optional(), writes("db").optional()],
    parameters: ConvSumParameters::FIELDS,
    source: source::weight_sum,
    cpu: twin!(twins::weight_sum),
    cost: |p| {
        let ConvSumParameters { chunks, weights, filters } = read(p);
        let count = u64::from(weights) + u64::from(filters);
        Cost { flops: count * u64::from(chunks), bytes: 4 * count * (u64::from(chunks) + 1) }
    },
    cases: cases::weight_sum,
    tolerance: 2.0,
};

/// The most elements of all parts of one weight gradient together.
const PARTIALS: usize = 1 << 22;

/// The most loads of four positions for which one part asks: llvmpipe ends a shader's loops after
/// 65,535 turns, silently.
const TURNS: usize = 50_000;

/// Into how many parts the lines of a batch (`lines` of `width` positions) are cut for the weight
/// gradient: enough to fill a GPU although the result is small, and fixed by the shape alone, so
/// that every device sums in the same order.
pub fn chunks(lines: usize, width: usize, weights: usize) -> usize {
    let turns = (lines * (width / 4 + 2)).div_ceil(TURNS);
    (PARTIALS / weights.max(1)).clamp(1, 64).max(turns).min(lines.max(1))
}

fn cost(parameters: &[u8]) -> Cost {
    let p: ConvParameters = read(parameters);
    let outputs = product(&[p.batch, p.filters, p.out_d, p.out_h, p.out_w]);
    let inputs = product(&[p.batch, p.channels, p.in_d, p.in_h, p.in_w]);
    let depth = product(&[p.channels / p.groups.max(1), p.kernel_d, p.kernel_h, p.kernel_w]);
    Cost { flops: 2 * outputs * depth, bytes: 4 * (outputs + inputs + u64::from(p.filters) * depth) }
}
