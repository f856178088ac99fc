// y = e^x / Σ e^x over the channels of a position. The largest is taken out, so that e^x cannot
// overflow.
@group(1) @binding(0) var<storage, read> x: array<f32>;       // [rows, channels, positions]
@group(1) @binding(1) var<storage, read_write> y: array<f32>; // [rows, channels, positions]

var<private> x0: u32;
var<private> y0: u32;
var<private> largest: f32;
var<private> sum: f32;

fn candidate(c: u32) -> f32 {
    return x[x0 + c * p.positions];
}

fn term(c: u32) -> vec2<f32> {
    return vec2<f32>(exp(x[x0 + c * p.positions] - largest), 0.0);
}

fn put(c: u32) {
    y[y0 + c * p.positions] = exp(x[x0 + c * p.positions] - largest) / sum;
}

fn item(i: u32, lane: u32, z: u32) {
    let first = (i / p.positions) * p.channels * p.positions + i % p.positions;
    x0 = z * p.x_stride + first;
    y0 = z * p.y_stride + first;
    largest = find_largest(lane, p.channels).value;
    sum = sum_terms(lane, p.channels).x;
    put_all(lane, p.channels);
}
