// Mean and sum of squared distances from it, of each slice of each channel: one workgroup a slice.
// The distances are taken in a second pass, and their own sum puts the rounding of the first right.
struct Params {
    rows: u32,      // of the batch that the plan was built for
    channels: u32,
    positions: u32, // of each channel in a row
    slices: u32,    // parts into which a channel is cut for its sums
    epsilon: f32,   // added to the variance
    momentum: f32,  // share of the new in the running figures
    unbiased: u32,  // 1 where the running variance is that of a sample
    x_stride: u32,
    parts_stride: u32,
}
@group(1) @binding(0) var<storage, read> x: array<f32>;                 // [rows, channels, positions]
@group(1) @binding(1) var<storage, read_write> parts: array<vec2<f32>>; // [channels, slices] (mean, squares)
@group(1) @binding(2) var<uniform> p: Params;

var<private> x0: u32;    // the channel's first element
var<private> start: u32; // the slice's first value
var<private> near: f32;

fn term(at: u32) -> vec2<f32> {
    let e = start + at;
    let d = x[x0 + (e / p.positions) * p.channels * p.positions + e % p.positions] - near;
    return vec2<f32>(d, d * d);
}

@compute @workgroup_size(THREADS)
fn main(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    // The strides count single numbers, the array holds pairs.
    let parts0 = group.z * p.parts_stride / 2u;
    let length = (p.rows * p.positions + p.slices - 1u) / p.slices;
    start = group.x * length;
    let values = max(min(start + length, min(step.rows, p.rows) * p.positions), start) - start;
    let count = f32(max(values, 1u));
    for (var channel = group.y; channel < p.channels; channel += groups.y) {
        x0 = group.z * p.x_stride + channel * p.positions;
        near = 0.0;
        near = sum_terms(thread, values).x / count;
        let sum = sum_terms(thread, values);
        if thread == 0u {
            parts[parts0 + channel * p.slices + group.x] =
                vec2<f32>(near + sum.x / count, max(sum.y - sum.x * sum.x / count, 0.0));
        }
    }
}
