// y = f((x - mean) / deviation · weight + bias), the moments over each group of each row: one
// workgroup a group. An activation's file, or one that does nothing, defines `forward`.
struct Params {
    rows: u32,   // of the batch
    groups: u32, // of each row, each normalised by itself
    size: u32,   // elements of a group
    inner: u32,  // neighbouring elements that share a weight
    epsilon: f32, // added to the variance
    x_stride: u32,
    weight_stride: u32,
    bias_stride: u32,
    moments_stride: u32,
    y_stride: u32,
}
@group(1) @binding(0) var<storage, read> x: array<f32>;                   // [rows, groups, size]
@group(1) @binding(1) var<storage, read> weight: array<f32>;              // [groups size / inner], or nothing for 1
@group(1) @binding(2) var<storage, read> bias: array<f32>;                // [groups size / inner], or nothing for 0
@group(1) @binding(3) var<storage, read_write> moments: array<vec2<f32>>; // [rows, groups] (mean, 1 / deviation)
@group(1) @binding(4) var<storage, read_write> y: array<f32>;             // [rows, groups, size]
@group(1) @binding(5) var<uniform> p: Params;
override affine: bool;

@compute @workgroup_size(64)
fn main(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    for (var g = group.x; g < p.rows * p.groups; g += groups.x) {
        let x0 = group.z * p.x_stride + g * p.size;
        let count = f32(max(p.size, 1u));
        var sum = vec2<f32>(0.0);
        for (var e = thread; e < p.size; e += 64u) {
            sum.x += x[x0 + e];
        }
        let near = total(thread, sum).x / count;
        // The distances' own sum puts the rounding of the first pass right.
        sum = vec2<f32>(0.0);
        for (var e = thread; e < p.size; e += 64u) {
            let d = x[x0 + e] - near;
            sum += vec2<f32>(d, d * d);
        }
        sum = total(thread, sum) / count;
        let mean = near + sum.x;
        // Where squares overflow, this is NaN, which training looks for; 1 / √∞ would be 0, and y too.
        let variance = max(sum.y - sum.x * sum.x, 0.0) + p.epsilon;
        let rate = sqrt(variance) / variance;
        if thread == 0u {
            // The stride counts single numbers, the array holds pairs.
            moments[group.z * p.moments_stride / 2u + g] = vec2<f32>(mean, rate);
        }
        for (var e = thread; e < p.size; e += 64u) {
            var value = (x[x0 + e] - mean) * rate;
            if affine {
                let at = ((g % p.groups) * p.size + e) / p.inner;
                value = value * weight[group.z * p.weight_stride + at] + bias[group.z * p.bias_stride + at];
            }
            y[group.z * p.y_stride + g * p.size + e] = forward(value);
        }
    }
}
