// y = f((x - mean) / deviation · weight + bias), the moments over each group of each row: one
// workgroup a group. An activation's file, or one that does nothing, defines `forward`.
@group(1) @binding(0) var<storage, read> x: array<f32>;                   // [rows, groups, size]
@group(1) @binding(1) var<storage, read> weight: array<f32>;              // [groups size / inner], or nothing for 1
@group(1) @binding(2) var<storage, read> bias: array<f32>;                // [groups size / inner], or nothing for 0
@group(1) @binding(3) var<storage, read_write> moments: array<vec2<f32>>; // [rows, groups] (mean, 1 / deviation)
@group(1) @binding(4) var<storage, read_write> y: array<f32>;             // [rows, groups, size]
override affine: bool;

var<private> z: u32;
var<private> first: u32; // the group's first element
var<private> weight0: u32;
var<private> near: f32;
var<private> moment: vec2<f32>;

fn term(e: u32) -> vec2<f32> {
    let d = x[z * p.x_stride + first + e] - near;
    return vec2<f32>(d, d * d);
}

fn put(e: u32) {
    var value = (x[z * p.x_stride + first + e] - moment.x) * moment.y;
    if affine {
        let at = weight0 + e / p.inner;
        value = value * weight[z * p.weight_stride + at] + bias[z * p.bias_stride + at];
    }
    y[z * p.y_stride + first + e] = forward(value);
}

fn item(g: u32, lane: u32, replica: u32) {
    z = replica;
    first = g * p.size;
    weight0 = (g % p.groups) * (p.size / p.inner);
    let count = f32(max(p.size, 1u));
    near = 0.0;
    near = sum_terms(lane, p.size).x / count;
    // The distances' own sum puts the rounding of the first pass right.
    let sum = sum_terms(lane, p.size) / count;
    // Where squares overflow, this is NaN, which training looks for; 1 / √∞ would be 0, and y too.
    let variance = max(sum.y - sum.x * sum.x, 0.0) + p.epsilon;
    moment = vec2<f32>(near + sum.x, sqrt(variance) / variance);
    if lane == 0u {
        // The stride counts single numbers, the array holds pairs.
        moments[z * p.moments_stride / 2u + g] = moment;
    }
    put_all(lane, p.size);
}
