//! Batch normalisation: Ioffe and Szegedy, "Batch normalization", 2015. A channel's mean and
//! variance are taken over the rows of the batch and all positions, in slices, so that few channels
//! still fill a GPU; the backward pass is in [`super::batch_norm_gradient`].

use std::ops::Range;

use rayon::prelude::*;

use super::{
    Arguments, Cost, Grid, Kernel, Lanes, Parameters, Recipe, Shader, Slot, Source, Step, Variant, WIDTH, activation,
    batch_norm_cases as cases, product, read, reads, wgsl, writes, wrong_bindings,
};
use crate::{
    parameters,
    real::{Real, lane_sums, sums},
    twin,
};

parameters! {
    /// The parameters of all kernels of batch normalisation.
    BatchNormParameters {
        /// Rows of the batch that the plan was built for.
        rows: u32,
        /// Channels: what is normalised, each for itself.
        channels: u32,
        /// Positions of each channel in a row; 1 for a vector.
        positions: u32,
        /// Parts into which a channel is cut for its sums.
        slices: u32,
        /// ε, added to the variance.
        epsilon: f32,
        /// Share of the batch's figures in the new running ones.
        momentum: f32,
        /// 1 where the running variance is that of a sample (÷ n − 1), 0 for ÷ n.
        unbiased: u32,
    }
}

/// Mean, and Σ (x − mean)², of each slice of each channel
pub const MOMENTS: Kernel = Kernel {
    name: "batch_norm_moments",
    formula: "parts = mean x, sum (x - mean)^2 of each slice",
    bindings: &[reads("x"), writes("parts")],
    parameters: BatchNormParameters::FIELDS,
    source: |recipe| sliced(recipe, wgsl!("batch_norm_moments.wgsl")),
    cpu: twin!(moments),
    cost: |p| elementwise(p, 5, 8),
    cases: cases::moments,
    tolerance: 8.0,
};

/// Mean and 1/√(variance + ε) of each channel, and the running figures
pub const COMBINE: Kernel = Kernel {
    name: "batch_norm_combine",
    formula: "moments = mean, 1 / sqrt(var + epsilon); running += momentum ((mean, var) - running)",
    bindings: &[reads("parts"), writes("moments"), writes("running_mean"), writes("running_var")],
    parameters: BatchNormParameters::FIELDS,
    source: |recipe| by_channel(recipe, wgsl!("batch_norm_combine.wgsl")),
    cpu: twin!(combine),
    cost: channelwise,
    cases: cases::combine,
    tolerance: 16.0,
};

/// The running figures as moments, for evaluation
pub const RUNNING: Kernel = Kernel {
    name: "batch_norm_running",
    formula: "moments = running_mean, 1 / sqrt(running_var + epsilon)",
    bindings: &[reads("running_mean"), reads("running_var"), writes("moments")],
    parameters: BatchNormParameters::FIELDS,
    source: |recipe| {
        let channels = read::<BatchNormParameters>(recipe.parameters).channels;
        Shader::of(recipe, wgsl!("batch_norm_running.wgsl")).strided(channels, 64)
    },
    cpu: twin!(running),
    cost: channelwise,
    cases: cases::running,
    tolerance: 8.0,
};

/// y = f((x − mean) / deviation · weight + bias)
pub const FORWARD: Kernel = Kernel {
    name: "batch_norm_forward",
    formula: "y = f((x - mean) / deviation weight + bias)",
    bindings: &[reads("x"), reads("moments"), reads("weight").optional(), reads("bias").optional(), writes("y")],
    parameters: BatchNormParameters::FIELDS,
    source: |recipe| by_element(recipe, wgsl!("batch_norm_forward.wgsl")),
    cpu: twin!(forward),
    cost: |p| elementwise(p, 4, 8),
    cases: cases::forward,
    tolerance: 12.0,
};

/// The shader of a kernel that sums slices.
pub(super) fn sliced(recipe: &Recipe, file: &str) -> Source {
    let p: BatchNormParameters = read(recipe.parameters);
    let length = (u64::from(p.rows) * u64::from(p.positions)).div_ceil(p.slices.into());
    let (lanes, down) = (Lanes::of(length), p.channels.clamp(1, super::LARGEST_GRID));
    // Each workgroup takes channels so far apart, and goes through the slice twice at most.
    let grid = Grid::new([p.slices, down], 1 + u64::from(p.channels.div_ceil(down)));
    let shader = Shader::of(recipe, file).with(wgsl!("batch_norm_slices.wgsl")).sum(lanes).step();
    shader.grid(grid.with(lanes.grid(1, length, 2).turns))
}

/// The shader of a kernel with a thread for every channel, which sums its slices.
pub(super) fn by_channel(recipe: &Recipe, file: &str) -> Source {
    let p: BatchNormParameters = read(recipe.parameters);
    let lanes = Lanes::alone(p.slices);
    let turns = u64::from(p.slices.div_ceil(lanes.each)) + 1;
    Shader::of(recipe, file).sum(lanes).step().strided(p.channels, 64).with(2 * turns)
}

/// The shader of a kernel with a thread for every element, an activation in its open place.
pub(super) fn by_element(recipe: &Recipe, file: &str) -> Source {
    let p: BatchNormParameters = read(recipe.parameters);
    let shader = Shader::of(recipe, file).set("affine", recipe.binds("weight")).activation().step();
    shader.strided(p.rows * p.channels * p.positions, WIDTH)
}

/// The cost of work on every element.
pub(super) fn elementwise(parameters: &[u8], flops: u64, bytes: u64) -> Cost {
    let p: BatchNormParameters = read(parameters);
    let count = product(&[p.rows, p.channels, p.positions]);
    Cost { flops: flops * count, bytes: bytes * count }
}

/// The cost of work on every slice.
pub(super) fn channelwise(parameters: &[u8]) -> Cost {
    let p: BatchNormParameters = read(parameters);
    let count = product(&[p.channels, p.slices]);
    Cost { flops: 6 * count, bytes: 8 * count + 16 * u64::from(p.channels) }
}

impl BatchNormParameters {
    /// Values of a channel that count in this step.
    pub(super) fn values(&self, step: &Step) -> usize {
        step.rows.min(self.rows) as usize * self.positions as usize
    }

    /// The values of a channel that belong to a slice: places among [`BatchNormParameters::values`].
    pub(super) fn slice(&self, slice: usize, step: &Step) -> std::ops::Range<usize> {
        let length = (self.rows as usize * self.positions as usize).div_ceil(self.slices as usize);
        let values = self.values(step);
        (slice * length).min(values)..((slice + 1) * length).min(values)
    }

    /// Where the values of a channel's slice lie in a tensor: neighbours together.
    pub(super) fn runs(&self, channel: usize, slice: usize, step: &Step) -> impl Iterator<Item = Range<usize>> + use<> {
        let (positions, channels, Range { start, end }) =
            (self.positions as usize, self.channels as usize, self.slice(slice, step));
        let rows = start / positions..end.div_ceil(positions).max(start / positions);
        rows.map(move |row| {
            let (first, places) = ((row * channels + channel) * positions, row * positions..(row + 1) * positions);
            first + start.max(places.start) - places.start..first + end.min(places.end) - places.start
        })
    }
}

fn moments<T: Real>(arguments: &mut Arguments<T>) {
    let (p, step) = (arguments.parameters::<BatchNormParameters>(), arguments.step);
    let [Slot::Real(x), Slot::RealMut(parts)] = &mut arguments.slots[..] else { wrong_bindings() };
    parts.par_chunks_exact_mut(2).enumerate().for_each(|(at, part)| {
        let (channel, slice) = (at / p.slices as usize, p.slice(at % p.slices as usize, step));
        let count = T::of(slice.len().max(1) as f64);
        let runs = || p.runs(channel, at % p.slices as usize, step).map(|run| &x[run]);
        let mean = lane_sums(runs().map(|x| (x, x)), |x, _| [x])[0] / count;
        let [distances, squares] = lane_sums(runs().map(|x| (x, x)), |x, _| [x - mean, (x - mean) * (x - mean)]);
        part[0] = mean + distances / count;
        part[1] = (squares - distances * distances / count).max(T::zero());
    });
}

fn combine<T: Real>(arguments: &mut Arguments<T>) {
    let (p, step) = (arguments.parameters::<BatchNormParameters>(), arguments.step);
    let [Slot::Real(parts), Slot::RealMut(moments), Slot::RealMut(running_mean), Slot::RealMut(running_var)] =
        &mut arguments.slots[..]
    else {
        wrong_bindings()
    };
    let (values, momentum) = (p.values(step), T::of(p.momentum.into()));
    let count = T::of(values.max(1) as f64);
    for (channel, parts) in parts.chunks_exact(2 * p.slices as usize).enumerate() {
        let sizes = (0..p.slices as usize).map(|slice| T::of(p.slice(slice, step).len() as f64));
        let parts = || sizes.clone().zip(parts.chunks_exact(2));
        let origin = parts().next().map_or(T::zero(), |(_, part)| part[0]);
        let mean = origin + sums(parts().map(|(size, part)| [size * (part[0] - origin)]))[0] / count;
        let square = |(size, part): (T, &[T])| [part[1] + size * (part[0] - mean) * (part[0] - mean)];
        let [squares] = sums(parts().map(square));
        moments[2 * channel] = mean;
        // Where squares overflow, this is NaN, which training looks for; 1 / √∞ would be 0, and y too.
        let variance = squares / count + T::of(p.epsilon.into());
        moments[2 * channel + 1] = variance.sqrt() / variance;
        // One value alone has no variance to keep.
        if values > 1 {
            let variance = squares / (count - T::of(p.unbiased.into()));
            let (old_mean, old_var) = (running_mean[channel], running_var[channel]);
            running_mean[channel] = old_mean + momentum * (mean - old_mean);
            running_var[channel] = old_var + momentum * (variance - old_var);
        }
    }
}

fn running<T: Real>(arguments: &mut Arguments<T>) {
    let p: BatchNormParameters = arguments.parameters();
    let [Slot::Real(mean), Slot::Real(variance), Slot::RealMut(moments)] = &mut arguments.slots[..] else {
        wrong_bindings()
    };
    for ((moments, &mean), &variance) in moments.chunks_exact_mut(2).zip(*mean).zip(*variance) {
        moments[0] = mean;
        moments[1] = T::one() / (variance + T::of(p.epsilon.into())).sqrt();
    }
}

fn forward<T: Real>(arguments: &mut Arguments<T>) {
    let p: BatchNormParameters = arguments.parameters();
    let [Slot::Real(x), Slot::Real(moments), Slot::Real(weight), Slot::Real(bias), Slot::RealMut(y)] =
        &mut arguments.slots[..]
    else {
        wrong_bindings()
    };
    let (channels, positions) = (p.channels as usize, p.positions as usize);
    let row = channels * positions;
    y.par_chunks_exact_mut(row).zip(x.par_chunks_exact(row)).for_each(|(y, x)| {
        for (channel, (y, x)) in y.chunks_exact_mut(positions).zip(x.chunks_exact(positions)).enumerate() {
            let (mean, rate) = (moments[2 * channel], moments[2 * channel + 1]);
            let weight = weight.get(channel).copied().unwrap_or(T::one());
            let bias = bias.get(channel).copied().unwrap_or(T::zero());
            y.iter_mut().zip(x).for_each(|(y, &x)| *y = (x - mean) * rate * weight + bias);
        }
        if let Variant::Activation(f) = arguments.variant {
            activation::map(&f.forward, y);
        }
    });
}
