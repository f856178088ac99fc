// y[r, c, z, y, x] = x[r, c - before, stride z, stride y, stride x], 0 in channels that x has not: a
// shortcut without parameters.
@group(1) @binding(0) var<storage, read> x: array<f32>;       // [rows, channels, depth, height, width]
@group(1) @binding(1) var<storage, read_write> y: array<f32>; // [rows, outputs, depth', height', width']

// The extents of y.
fn extents() -> vec3<u32> {
    return (vec3<u32>(p.depth, p.height, p.width) + p.stride - 1u) / p.stride;
}

fn element(i: u32, z: u32) {
    let e = extents();
    let at = vec3<u32>(i / (e.z * e.y) % e.x, i / e.z % e.y, i % e.z) * p.stride;
    let channel = (i / (e.z * e.y * e.x)) % p.outputs - p.before; // wraps around below 0
    var value = 0.0;
    if channel < p.channels {
        let row = i / (e.z * e.y * e.x * p.outputs);
        let plane = (row * p.channels + channel) * p.depth + at.x;
        value = x[z * p.x_stride + (plane * p.height + at.y) * p.width + at.z];
    }
    y[z * p.y_stride + i] = value;
}
