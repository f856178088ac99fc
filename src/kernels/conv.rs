//! Convolutions in the three forms that a layer needs, over up to three axes (a missing one has
//! extent 1), with strides, dilation, padding and groups: forward, backward to the input, and
//! backward to the weights.
//!
//! All three are matrix products whose unfolded operand is never written to memory by the shaders;
//! [`super::conv_source`] chooses those. The twins unfold one example at a time and leave the
//! product to the GEMM crate. A transposed convolution is the same three kernels with the roles
//! of input and output exchanged.

use rayon::prelude::*;

use super::{Arguments, Cost, Kernel, Parameters, Slot, Variant, activation, product, read, reads, writes};
use super::{conv_cases as cases, conv_geometry::Geometry, conv_source as source, matmul, wrong_bindings};
use crate::{
    parameters,
    real::{Real, lane_sums},
    twin,
};

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
    bindings: &[reads("x"), reads("weight"), reads("bias"), reads("v"), writes("y")],
    parameters: ConvParameters::FIELDS,
    source: source::forward,
    cpu: twin!(forward),
    cost,
    cases: cases::forward,
    tolerance: 8.0,
};

/// dx[n,c,i] = (Σ w[f,c,k] dy[n,f,o] over o·stride + k·dilation − pad = i) ∘ f′(v), or f(sum + bias[c])
pub const BACKWARD_INPUT: Kernel = Kernel {
    name: "conv_backward_input",
    formula: "dx[n,c,i] = sum_fk w[f,c,k] dy[n,f,o] over o*stride+k*dilation-pad = i, * f'(v), or f(sum + bias[c])",
    bindings: &[reads("dy"), reads("weight"), reads("bias"), reads("v"), writes("dx")],
    parameters: ConvParameters::FIELDS,
    source: source::backward_input,
    cpu: twin!(backward_input),
    cost,
    cases: cases::backward_input,
    tolerance: 8.0,
};

/// partials[chunk] = (dw, db) over the chunk's lines: dw[f,c,k] = Σ dy[n,f,o] x[n,c,…], db[f] = Σ dy[n,f,o].
/// With no channels and x left out it is db alone.
pub const BACKWARD_WEIGHT: Kernel = Kernel {
    name: "conv_backward_weight",
    formula: "partials[chunk] = (sum_no dy[n,f,o] x[n,c,o*stride+k*dilation-pad], sum_no dy[n,f,o])",
    bindings: &[reads("x"), reads("dy"), writes("partials")],
    parameters: ConvParameters::FIELDS,
    source: source::backward_weight,
    cpu: twin!(backward_weight),
    cost,
    cases: cases::backward_weight,
    tolerance: 8.0,
};

/// (dw, db) = Σ partials[chunk], in the order of the chunks
pub const WEIGHT_SUM: Kernel = Kernel {
    name: "conv_weight_sum",
    formula: "(dw, db) = sum_chunk partials[chunk]",
    bindings: &[reads("partials"), writes("dw"), writes("db")],
    parameters: ConvSumParameters::FIELDS,
    source: source::weight_sum,
    cpu: twin!(weight_sum),
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

/// Elements between the rows of the unfolded matrix that is read down its columns: rows a power of 2
/// apart would all lie in the same few lines of the cache, and the product takes five times as long.
const PITCH: usize = 8;

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

fn forward<T: Real>(arguments: &mut Arguments<T>) {
    let g = Geometry::from(arguments.parameters::<ConvParameters>());
    let [Slot::Real(x), Slot::Real(weight), Slot::Real(bias), Slot::Real(v), Slot::RealMut(y)] =
        &mut arguments.slots[..]
    else {
        wrong_bindings()
    };
    let (rows, depth, positions) = (g.filters / g.groups, g.depth(), g.positions());
    let variant = arguments.variant;
    each_example(y, v, g.filters * positions, depth * positions, |n, y, v, columns, alone| {
        for group in 0..g.groups {
            g.unfold(g.pixels_of(x, n, group), 0..g.lines(), positions, columns);
            let weight = &weight[group * rows * depth..][..rows * depth];
            let y = &mut y[group * rows * positions..][..rows * positions];
            if !bias.is_empty() {
                fill(y, bias, group * rows, positions);
            }
            let (a, b) = ((weight, depth as u32, 1), (&columns[..], positions as u32, 1));
            matmul::gemm_on(alone, (rows, positions, depth), a, b, !bias.is_empty(), y);
        }
        finish(variant, v, y);
    });
}

fn backward_input<T: Real>(arguments: &mut Arguments<T>) {
    let g = Geometry::from(arguments.parameters::<ConvParameters>());
    let [Slot::Real(dy), Slot::Real(weight), Slot::Real(bias), Slot::Real(v), Slot::RealMut(dx)] =
        &mut arguments.slots[..]
    else {
        wrong_bindings()
    };
    let (rows, depth, positions) = (g.filters / g.groups, g.depth(), g.positions());
    let (channels, pixels) = (g.channels / g.groups, g.pixels());
    let variant = arguments.variant;
    each_example(dx, v, g.channels * pixels, depth * positions, |n, dx, v, columns, alone| {
        for group in 0..g.groups {
            let weight = &weight[group * rows * depth..][..rows * depth];
            let dy = &dy[(n * g.filters + group * rows) * positions..][..rows * positions];
            let (a, b) = ((weight, 1, depth as u32), (dy, positions as u32, 1));
            matmul::gemm_on(alone, (depth, positions, rows), a, b, false, columns);
            let dx = &mut dx[group * channels * pixels..][..channels * pixels];
            fill(dx, bias, group * channels, pixels);
            g.fold(columns, dx);
        }
        finish(variant, v, dx);
    });
}

fn backward_weight<T: Real>(arguments: &mut Arguments<T>) {
    let g = Geometry::from(arguments.parameters::<ConvParameters>());
    let [Slot::Real(x), Slot::Real(dy), Slot::RealMut(partials)] = &mut arguments.slots[..] else { wrong_bindings() };
    let (rows, depth, positions) = (g.filters / g.groups, g.depth(), g.positions());
    let (weights, lines) = (g.filters * depth, g.batch * g.lines());
    let per_chunk = lines.div_ceil(g.chunks);
    let scratch = depth * (per_chunk.min(g.lines()) * g.width() + PITCH);
    each_example(partials, &[], weights + g.filters, scratch, |chunk, part, _, columns, alone| {
        part.fill(T::zero());
        let (dw, db) = part.split_at_mut(weights);
        let (mut line, end) = ((chunk * per_chunk).min(lines), ((chunk + 1) * per_chunk).min(lines));
        // The chunk's part of one example after the other.
        while line < end {
            let (n, first) = (line / g.lines(), line % g.lines());
            let last = g.lines().min(first + end - line);
            let (start, count) = (first * g.width(), (last - first) * g.width());
            let dy = &dy[n * g.filters * positions..][..g.filters * positions];
            for group in (0..g.groups).filter(|_| depth > 0) {
                let pitch = count + PITCH;
                let columns = &mut columns[..depth * pitch];
                g.unfold(g.pixels_of(x, n, group), first..last, pitch, columns);
                let dy = &dy[group * rows * positions + start..(group + 1) * rows * positions];
                let dw = &mut dw[group * rows * depth..][..rows * depth];
                let (a, b) = ((dy, positions as u32, 1), (&columns[..], 1, pitch as u32));
                matmul::gemm_on(alone, (rows, depth, count), a, b, true, dw);
            }
            for (db, dy) in db.iter_mut().zip(dy.chunks_exact(positions)) {
                let line = &dy[start..start + count];
                *db += lane_sums(std::iter::once((line, line)), |dy, _| [dy])[0];
            }
            line += last - first;
        }
    });
}

fn weight_sum<T: Real>(arguments: &mut Arguments<T>) {
    let ConvSumParameters { chunks: _, weights, filters } = arguments.parameters();
    let [Slot::Real(partials), Slot::RealMut(dw), Slot::RealMut(db)] = &mut arguments.slots[..] else {
        wrong_bindings()
    };
    dw.fill(T::zero());
    db.fill(T::zero());
    for part in partials.chunks_exact((weights + filters) as usize) {
        let (part_dw, part_db) = part.split_at(weights as usize);
        dw.iter_mut().zip(part_dw).for_each(|(sum, &part)| *sum += part);
        db.iter_mut().zip(part_db).for_each(|(sum, &part)| *sum += part);
    }
}

/// Calls `visit(number, part, the same part of v, scratch, alone)` for every part of the output,
/// on all threads. `alone` says that the parts are too few to occupy the threads.
fn each_example<T: Real>(
    output: &mut [T],
    v: &[T],
    part: usize,
    scratch: usize,
    visit: impl Fn(usize, &mut [T], &[T], &mut [T], bool) + Sync,
) {
    let alone = output.len() / part.max(1) < rayon::current_num_threads();
    // The scratch belongs to a job and not to a thread: a thread that waits within the product may
    // take up another job meanwhile.
    output.par_chunks_mut(part).enumerate().for_each_init(
        || vec![T::zero(); scratch],
        |scratch, (number, output)| {
            let v = if v.is_empty() { v } else { &v[number * part..][..part] };
            visit(number, output, v, scratch, alone);
        },
    );
}

/// Each channel's bias, or 0, where its sums are to be added.
fn fill<T: Real>(channels: &mut [T], bias: &[T], first: usize, size: usize) {
    for (at, channel) in channels.chunks_exact_mut(size).enumerate() {
        channel.fill(bias.get(first + at).copied().unwrap_or(T::zero()));
    }
}

/// What follows a sum: f of it, or f′(v) times it, or nothing.
fn finish<T: Real>(variant: &Variant, v: &[T], sums: &mut [T]) {
    match variant.activation() {
        Some(f) if v.is_empty() => activation::map(&f.forward, sums),
        Some(f) => activation::slope(f.slope(), sums, v),
        None => {}
    }
}
