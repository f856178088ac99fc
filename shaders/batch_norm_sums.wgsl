// Σ dy and Σ dy·x̂ of each slice of each channel, x̂ = (x - mean) / deviation: one workgroup a slice.
@group(1) @binding(0) var<storage, read> dy: array<f32>;                // [rows, channels, positions]
@group(1) @binding(1) var<storage, read> x: array<f32>;                 // [rows, channels, positions]
@group(1) @binding(2) var<storage, read> moments: array<vec2<f32>>;     // [channels] (mean, 1 / deviation)
@group(1) @binding(3) var<storage, read_write> parts: array<vec2<f32>>; // [channels, slices] the two sums

var<private> z: u32;
var<private> channel: u32;
var<private> moment: vec2<f32>;

fn term(value: u32) -> vec2<f32> {
    let at = place_of(value, channel);
    let d = dy[z * p.dy_stride + at];
    return vec2<f32>(d, d * (x[z * p.x_stride + at] - moment.x) * moment.y);
}

fn pair_of(number: u32, values: u32, thread: u32, replica: u32) -> vec2<f32> {
    z = replica;
    channel = number;
    moment = moments[z * p.moments_stride / 2u + channel];
    return sum_terms(thread, values);
}
