// Σ dy and Σ dy·x̂ of each slice of each channel, x̂ = (x - mean) / deviation: one workgroup a slice.
struct Params {
    rows: u32,      // of the batch that the plan was built for
    channels: u32,
    positions: u32, // of each channel in a row
    slices: u32,    // parts into which a channel is cut for its sums
    epsilon: f32,   // added to the variance
    momentum: f32,  // share of the new in the running figures
    unbiased: u32,  // 1 where the running variance is that of a sample
    dy_stride: u32,
    x_stride: u32,
    moments_stride: u32,
    parts_stride: u32,
}
@group(1) @binding(0) var<storage, read> dy: array<f32>;                // [rows, channels, positions]
@group(1) @binding(1) var<storage, read> x: array<f32>;                 // [rows, channels, positions]
@group(1) @binding(2) var<storage, read> moments: array<vec2<f32>>;     // [channels] (mean, 1 / deviation)
@group(1) @binding(3) var<storage, read_write> parts: array<vec2<f32>>; // [channels, slices] the two sums
@group(1) @binding(4) var<uniform> p: Params;

var<private> z: u32;
var<private> channel: u32;
var<private> start: u32; // the slice's first value
var<private> moment: vec2<f32>;

fn term(number: u32) -> vec2<f32> {
    let e = start + number;
    let at = ((e / p.positions) * p.channels + channel) * p.positions + e % p.positions;
    let d = dy[z * p.dy_stride + at];
    return vec2<f32>(d, d * (x[z * p.x_stride + at] - moment.x) * moment.y);
}

@compute @workgroup_size(THREADS)
fn main(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    z = group.z;
    let length = (p.rows * p.positions + p.slices - 1u) / p.slices;
    start = group.x * length;
    let values = max(min(start + length, min(step.rows, p.rows) * p.positions), start) - start;
    for (channel = group.y; channel < p.channels; channel += groups.y) {
        moment = moments[z * p.moments_stride / 2u + channel];
        let sum = sum_terms(thread, values);
        if thread == 0u {
            parts[z * p.parts_stride / 2u + channel * p.slices + group.x] = sum;
        }
    }
}
