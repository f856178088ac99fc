// dx = dy where y was taken from x, else 0: the transpose of shortcut_forward.
struct Params {
    rows: u32,
    channels: u32, // of x
    depth: u32,
    height: u32,
    width: u32,
    stride: u32,
    outputs: u32, // channels of y
    before: u32,  // of those, zeros in front of x's
    dy_stride: u32,
    dx_stride: u32,
}
@group(1) @binding(0) var<storage, read> dy: array<f32>;       // [rows, outputs, depth', height', width']
@group(1) @binding(1) var<storage, read_write> dx: array<f32>; // [rows, channels, depth, height, width]
@group(1) @binding(2) var<uniform> p: Params;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let dy0 = id.z * p.dy_stride;
    let dx0 = id.z * p.dx_stride;
    let depth = (p.depth + p.stride - 1u) / p.stride;
    let height = (p.height + p.stride - 1u) / p.stride;
    let width = (p.width + p.stride - 1u) / p.stride;
    for (var i = id.x; i < p.rows * p.channels * p.depth * p.height * p.width; i += groups.x * 256u) {
        let at = vec3<u32>(i / (p.width * p.height) % p.depth, i / p.width % p.height, i % p.width);
        let channel = i / (p.width * p.height * p.depth) % p.channels + p.before;
        let row = i / (p.width * p.height * p.depth * p.channels);
        var value = 0.0;
        if all(at % p.stride == vec3<u32>(0u)) && channel < p.outputs {
            let to = at / p.stride;
            value = dy[dy0 + (((row * p.outputs + channel) * depth + to.x) * height + to.y) * width + to.z];
        }
        dx[dx0 + i] = value;
    }
}
