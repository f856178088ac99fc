// The slices' moments to those of a whole channel, and into the running ones: a channel a thread.
struct Params {
    rows: u32,      // of the batch that the plan was built for
    channels: u32,
    positions: u32, // of each channel in a row
    slices: u32,    // parts into which a channel is cut for its sums
    epsilon: f32,   // added to the variance
    momentum: f32,  // share of the new in the running figures
    unbiased: u32,  // 1 where the running variance is that of a sample
    parts_stride: u32,
    moments_stride: u32,
    running_mean_stride: u32,
    running_var_stride: u32,
}
@group(1) @binding(0) var<storage, read> parts: array<vec2<f32>>;         // [channels, slices] (mean, squares)
@group(1) @binding(1) var<storage, read_write> moments: array<vec2<f32>>; // [channels] (mean, 1 / deviation)
@group(1) @binding(2) var<storage, read_write> running_mean: array<f32>;  // [channels]
@group(1) @binding(3) var<storage, read_write> running_var: array<f32>;   // [channels]
@group(1) @binding(4) var<uniform> p: Params;

var<private> first: u32;   // the channel's first slice
var<private> origin: f32;  // its mean
var<private> mean: f32;    // the channel's

// How far a slice pulls the mean from the first slice's (sums of means would round more), and its squares
// around the channel's mean.
fn term(s: u32) -> vec2<f32> {
    let length = (p.rows * p.positions + p.slices - 1u) / p.slices;
    let values = min(step.rows, p.rows) * p.positions;
    let size = f32(clamp(values, s * length, (s + 1u) * length) - s * length);
    let part = parts[first + s];
    let d = part.x - mean;
    return vec2<f32>(size * (part.x - origin), part.y + size * d * d);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let moments0 = id.z * p.moments_stride / 2u;
    let mean0 = id.z * p.running_mean_stride;
    let var0 = id.z * p.running_var_stride;
    let values = min(step.rows, p.rows) * p.positions;
    let count = f32(max(values, 1u));
    for (var channel = id.x; channel < p.channels; channel += groups.x * 64u) {
        first = id.z * p.parts_stride / 2u + channel * p.slices;
        origin = parts[first].x;
        mean = origin;
        mean = origin + sum_terms(0u, p.slices).x / count;
        let squares = sum_terms(0u, p.slices).y;
        // Where squares overflow, this is NaN, which training looks for; 1 / √∞ would be 0, and y too.
        let variance = squares / count + p.epsilon;
        moments[moments0 + channel] = vec2<f32>(mean, sqrt(variance) / variance);
        // One value alone has no variance to keep.
        if values > 1u {
            let old_mean = running_mean[mean0 + channel];
            let old_var = running_var[var0 + channel];
            running_mean[mean0 + channel] = old_mean + p.momentum * (mean - old_mean);
            running_var[var0 + channel] = old_var + p.momentum * (squares / (count - f32(p.unbiased)) - old_var);
        }
    }
}
