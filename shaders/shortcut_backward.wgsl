// dx = dy where y was taken from x, else 0: the transpose of shortcut_forward.
@group(1) @binding(0) var<storage, read> dy: array<f32>;       // [rows, outputs, depth', height', width']
@group(1) @binding(1) var<storage, read_write> dx: array<f32>; // [rows, channels, depth, height, width]

fn element(i: u32, z: u32) {
    let e = (vec3<u32>(p.depth, p.height, p.width) + p.stride - 1u) / p.stride; // the extents of dy
    let at = vec3<u32>(i / (p.width * p.height) % p.depth, i / p.width % p.height, i % p.width);
    let channel = i / (p.width * p.height * p.depth) % p.channels + p.before;
    var value = 0.0;
    if all(at % p.stride == vec3<u32>(0u)) && channel < p.outputs {
        let row = i / (p.width * p.height * p.depth * p.channels);
        let to = at / p.stride;
        value = dy[z * p.dy_stride + (((row * p.outputs + channel) * e.x + to.x) * e.y + to.y) * e.z + to.z];
    }
    dx[z * p.dx_stride + i] = value;
}
