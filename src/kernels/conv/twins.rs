//! The convolutions' twins: one example after the other is unfolded, and the product left to the GEMM crate.

use rayon::prelude::*;

use super::{ConvParameters, ConvSumParameters, geometry::Geometry};
use crate::{
    kernels::{Arguments, Slot, Variant, activation, matmul, wrong_bindings},
    real::{Real, lane_sums},
};

/// Elements between the rows of the unfolded matrix that is read down its columns: rows a power of 2
/// apart would all lie in the same few lines of the cache, and the product takes five times as long.
const PITCH: usize = 8;

pub fn forward<T: Real>(arguments: &mut Arguments<T>) {
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

pub fn backward_input<T: Real>(arguments: &mut Arguments<T>) {
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

pub fn backward_weight<T: Real>(arguments: &mut Arguments<T>) {
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

pub fn weight_sum<T: Real>(arguments: &mut Arguments<T>) {
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
