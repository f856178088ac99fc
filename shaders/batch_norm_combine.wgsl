// The slices' moments to those of a whole channel, and into the running ones: a channel a thread.
@group(1) @binding(0) var<storage, read> parts: array<vec2<f32>>;         // [channels, slices] (mean, squares)
@group(1) @binding(1) var<storage, read_write> moments: array<vec2<f32>>; // [channels] (mean, 1 / deviation)
@group(1) @binding(2) var<storage, read_write> running_mean: array<f32>;  // [channels]
@group(1) @binding(3) var<storage, read_write> running_var: array<f32>;   // [channels]

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

fn element(channel: u32, z: u32) {
    let values = min(step.rows, p.rows) * p.positions;
    let count = f32(max(values, 1u));
    first = z * p.parts_stride / 2u + channel * p.slices;
    origin = parts[first].x;
    mean = origin;
    mean = origin + sum_terms(0u, p.slices).x / count;
    let squares = sum_terms(0u, p.slices).y;
    // Where squares overflow, this is NaN, which training looks for; 1 / √∞ would be 0, and y too.
    let variance = squares / count + p.epsilon;
    moments[z * p.moments_stride / 2u + channel] = vec2<f32>(mean, sqrt(variance) / variance);
    // One value alone has no variance to keep.
    if values > 1u {
        let at_mean = z * p.running_mean_stride + channel;
        let at_var = z * p.running_var_stride + channel;
        running_mean[at_mean] += p.momentum * (mean - running_mean[at_mean]);
        running_var[at_var] += p.momentum * (squares / (count - f32(p.unbiased)) - running_var[at_var]);
    }
}
