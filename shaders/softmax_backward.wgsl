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

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var i = id.x; i < p.rows * p.positions; i += groups.x * 64u) {
        let first = (i / p.positions) * p.channels * p.positions + i % p.positions;
        let dy0 = id.z * p.dy_stride + first;
        let y0 = id.z * p.y_stride + first;
        let dx0 = id.z * p.dx_stride + first;
        var sum = 0.0;
        for (var c = 0u; c < p.channels; c++) {
            sum += dy[dy0 + c * p.positions] * y[y0 + c * p.positions];
        }
        for (var c = 0u; c < p.channels; c++) {
            let at = c * p.positions;
            dx[dx0 + at] = y[y0 + at] * (dy[dy0 + at] - sum);
        }
    }
}
