// c = s a b
struct Params {
    count: u32,
    scale: f32,
    a_stride: u32,
    b_stride: u32,
    c_stride: u32,
}
@group(1) @binding(0) var<storage, read> a: array<f32>;
@group(1) @binding(1) var<storage, read> b: array<f32>;
@group(1) @binding(2) var<storage, read_write> c: array<f32>;
@group(1) @binding(3) var<uniform> p: Params;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var i = id.x; i < p.count; i += groups.x * 256u) {
        c[id.z * p.c_stride + i] = p.scale * a[id.z * p.a_stride + i] * b[id.z * p.b_stride + i];
    }
}
