// y = e^x / Σ e^x over the channels of a position. The largest is taken out, so that e^x cannot
// overflow.
struct Params {
    rows: u32,
    channels: u32,  // what is summed over
    positions: u32, // in each channel
    x_stride: u32,
    y_stride: u32,
}
@group(1) @binding(0) var<storage, read> x: array<f32>;       // [rows, channels, positions]
@group(1) @binding(1) var<storage, read_write> y: array<f32>; // [rows, channels, positions]
@group(1) @binding(2) var<uniform> p: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var i = id.x; i < p.rows * p.positions; i += groups.x * 64u) {
        let first = (i / p.positions) * p.channels * p.positions + i % p.positions;
        let x0 = id.z * p.x_stride + first;
        let y0 = id.z * p.y_stride + first;
        var largest = x[x0];
        for (var c = 1u; c < p.channels; c++) {
            largest = max(largest, x[x0 + c * p.positions]);
        }
        var sum = 0.0;
        for (var c = 0u; c < p.channels; c++) {
            sum += exp(x[x0 + c * p.positions] - largest);
        }
        for (var c = 0u; c < p.channels; c++) {
            y[y0 + c * p.positions] = exp(x[x0 + c * p.positions] - largest) / sum;
        }
    }
}
