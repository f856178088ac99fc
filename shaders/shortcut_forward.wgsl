// y[r, c, z, y, x] = x[r, c - before, stride z, stride y, stride x], 0 in channels that x has not: a
// shortcut without parameters.
struct Params {
    rows: u32,
    channels: u32, // of x
    depth: u32,
    height: u32,
    width: u32,
    stride: u32,
    outputs: u32, // channels of y
    before: u32,  // of those, zeros in front of x's
    x_stride: u32,
    y_stride: u32,
}
@group(1) @binding(0) var<storage, read> x: array<f32>;       // [rows, channels, depth, height, width]
@group(1) @binding(1) var<storage, read_write> y: array<f32>; // [rows, outputs, depth', height', width']
@group(1) @binding(2) var<uniform> p: Params;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let x0 = id.z * p.x_stride;
    let y0 = id.z * p.y_stride;
    let depth = (p.depth + p.stride - 1u) / p.stride;
    let height = (p.height + p.stride - 1u) / p.stride;
    let width = (p.width + p.stride - 1u) / p.stride;
    for (var i = id.x; i < p.rows * p.outputs * depth * height * width; i += groups.x * 256u) {
        let channel = (i / (width * height * depth)) % p.outputs - p.before; // wraps around below 0
        var value = 0.0;
        if channel < p.channels {
            let row = i / (width * height * depth * p.outputs);
            let plane = (row * p.channels + channel) * p.depth + (i / (width * height)) % depth * p.stride;
            value = x[x0 + (plane * p.height + (i / width) % height * p.stride) * p.width + i % width * p.stride];
        }
        y[y0 + i] = value;
    }
}
