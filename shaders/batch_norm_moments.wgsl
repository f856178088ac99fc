// Mean and sum of squared distances from it, of each slice of each channel: one workgroup a slice.
// The distances are taken in a second pass, and their own sum puts the rounding of the first right.
@group(1) @binding(0) var<storage, read> x: array<f32>;                 // [rows, channels, positions]
@group(1) @binding(1) var<storage, read_write> parts: array<vec2<f32>>; // [channels, slices] (mean, squares)

var<private> z: u32;
var<private> channel: u32;
var<private> near: f32;

fn term(value: u32) -> vec2<f32> {
    let d = x[z * p.x_stride + place_of(value, channel)] - near;
    return vec2<f32>(d, d * d);
}

fn pair_of(number: u32, values: u32, thread: u32, replica: u32) -> vec2<f32> {
    z = replica;
    channel = number;
    let count = f32(max(values, 1u));
    near = 0.0;
    near = sum_terms(thread, values).x / count;
    let sum = sum_terms(thread, values);
    return vec2<f32>(near + sum.x / count, max(sum.y - sum.x * sum.x / count, 0.0));
}
