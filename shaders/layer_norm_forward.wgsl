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

var<private> x0: u32;
var<private> weight0: u32;
var<private> near: f32;
var<private> moment: vec2<f32>;

fn term(e: u32) -> vec2<f32> {
    let d = x[x0 + e] - near;
    return vec2<f32>(d, d * d);
}

var<private> z: u32;
fn put(e: u32) {
    var value = (x[x0 + e] - moment.x) * moment.y;
    if affine {
        let at = weight0 + e / p.inner;
        value = value * weight[z * p.weight_stride + at] + bias[z * p.bias_stride + at];
    }
    y[z * p.y_stride + x0 - z * p.x_stride + e] = forward(value);
}

@compute @workgroup_size(THREADS)
fn main(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let g = group.y * groups.x + group.x;
    if g >= p.rows * p.groups {
        return;
    }
    z = group.z;
    x0 = z * p.x_stride + g * p.size;
    weight0 = (g % p.groups) * (p.size / p.inner);
    let count = f32(max(p.size, 1u));
    near = 0.0;
    near = sum_terms(thread, p.size).x / count;
    // The distances' own sum puts the rounding of the first pass right.
    let sum = sum_terms(thread, p.size) / count;
    // Where squares overflow, this is NaN, which training looks for; 1 / √∞ would be 0, and y too.
    let variance = max(sum.y - sum.x * sum.x, 0.0) + p.epsilon;
    moment = vec2<f32>(near + sum.x, sqrt(variance) / variance);
    if thread == 0u {
        // The stride counts single numbers, the array holds pairs.
        moments[z * p.moments_stride / 2u + g] = moment;
    }
    put_all(thread, p.size);
}
