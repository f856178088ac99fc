// dx = y (dy - Σ dy y), the sum over the channels of a position.
@group(1) @binding(0) var<storage, read> dy: array<f32>;       // [rows, channels, positions]
@group(1) @binding(1) var<storage, read> y: array<f32>;        // [rows, channels, positions]
@group(1) @binding(2) var<storage, read_write> dx: array<f32>; // [rows, channels, positions]

var<private> dy0: u32;
var<private> y0: u32;
var<private> dx0: u32;
var<private> sum: f32;

fn term(c: u32) -> vec2<f32> {
    return vec2<f32>(dy[dy0 + c * p.positions] * y[y0 + c * p.positions], 0.0);
}

fn put(c: u32) {
    let at = c * p.positions;
    dx[dx0 + at] = y[y0 + at] * (dy[dy0 + at] - sum);
}

fn item(i: u32, lane: u32, z: u32) {
    let first = (i / p.positions) * p.channels * p.positions + i % p.positions;
    dy0 = z * p.dy_stride + first;
    y0 = z * p.y_stride + first;
    dx0 = z * p.dx_stride + first;
    sum = sum_terms(lane, p.channels).x;
    put_all(lane, p.channels);
}
