// c = (a + b) · f'(v): the gradients of a fork, summed and taken through the activation above it. The
// activation's file defines `derivative` of its output v.
struct Params {
    count: u32,
    a_stride: u32,
    b_stride: u32,
    v_stride: u32,
    c_stride: u32,
}
@group(1) @binding(0) var<storage, read> a: array<f32>;
@group(1) @binding(1) var<storage, read> b: array<f32>;
@group(1) @binding(2) var<storage, read> v: array<f32>;
@group(1) @binding(3) var<storage, read_write> c: array<f32>;
@group(1) @binding(4) var<uniform> p: Params;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let a0 = id.z * p.a_stride;
    let b0 = id.z * p.b_stride;
    let v0 = id.z * p.v_stride;
    let c0 = id.z * p.c_stride;
    for (var i = id.x; i < p.count; i += groups.x * 256u) {
        c[c0 + i] = (a[a0 + i] + b[b0 + i]) * derivative(v[v0 + i]);
    }
}
