// y = f(x). The activation's file defines `forward`.
struct Params {
    count: u32,
    x_stride: u32,
    y_stride: u32,
}
@group(1) @binding(0) var<storage, read> x: array<f32>;
@group(1) @binding(1) var<storage, read_write> y: array<f32>;
@group(1) @binding(2) var<uniform> p: Params;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let x0 = id.z * p.x_stride;
    let y0 = id.z * p.y_stride;
    for (var i = id.x; i < p.count; i += groups.x * 256u) {
        y[y0 + i] = forward(x[x0 + i]);
    }
}
