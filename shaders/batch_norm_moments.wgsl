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

@compute @workgroup_size(64)
fn main(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    // The strides count single numbers, the array holds pairs.
    let parts0 = group.z * p.parts_stride / 2u;
    let length = (p.rows * p.positions + p.slices - 1u) / p.slices;
    let start = group.x * length;
    let end = min(start + length, min(step.rows, p.rows) * p.positions);
    let count = f32(max(end, start + 1u) - start);
    for (var channel = group.y; channel < p.channels; channel += groups.y) {
        let x0 = group.z * p.x_stride + channel * p.positions;
        var sum = vec2<f32>(0.0);
        for (var e = start + thread; e < end; e += 64u) {
            sum.x += x[x0 + (e / p.positions) * p.channels * p.positions + e % p.positions];
        }
        let mean = total(thread, sum).x / count;
        sum = vec2<f32>(0.0);
        for (var e = start + thread; e < end; e += 64u) {
            let d = x[x0 + (e / p.positions) * p.channels * p.positions + e % p.positions] - mean;
            sum += vec2<f32>(d, d * d);
        }
        sum = total(thread, sum);
        if thread == 0u {
            parts[parts0 + channel * p.slices + group.x] =
                vec2<f32>(mean + sum.x / count, max(sum.y - sum.x * sum.x / count, 0.0));
        }
    }
}
