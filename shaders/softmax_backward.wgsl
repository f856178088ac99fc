// dx = y (dy - Σ dy y), the sum over the channels of a position.
struct Params {
    rows: u32,
    channels: u32,  // what is summed over
    positions: u32, // in each channel
    dy_stride: u32,
    y_stride: u32,
    dx_stride: u32,
}
@group(1) @binding(0) var<storage, read> dy: array<f32>;       // [rows, channels, positions]
@group(1) @binding(1) var<storage, read> y: array<f32>;        // [rows, channels, positions]
@group(1) @binding(2) var<storage, read_write> dx: array<f32>; // [rows, channels, positions]
@group(1) @binding(3) var<uniform> p: Params;

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

@compute @workgroup_size(THREADS)
fn main(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let i = (group.y * groups.x + group.x) * SUMS + thread / LANES;
    if i >= p.rows * p.positions {
        return;
    }
    let first = (i / p.positions) * p.channels * p.positions + i % p.positions;
    dy0 = group.z * p.dy_stride + first;
    y0 = group.z * p.y_stride + first;
    dx0 = group.z * p.dx_stride + first;
    sum = sum_terms(thread % LANES, p.channels).x;
    put_all(thread % LANES, p.channels);
}
