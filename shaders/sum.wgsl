// c = f(a + b), four numbers at a time where the count allows: `Element` and `WIDE` say so, and
// `activated` applies f to each.
struct Params {
    count: u32,
    a_stride: u32,
    b_stride: u32,
    c_stride: u32,
}
@group(1) @binding(0) var<storage, read> a: array<Element>;
@group(1) @binding(1) var<storage, read> b: array<Element>;
@group(1) @binding(2) var<storage, read_write> c: array<Element>;
@group(1) @binding(3) var<uniform> p: Params;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let a0 = id.z * p.a_stride / WIDE;
    let b0 = id.z * p.b_stride / WIDE;
    let c0 = id.z * p.c_stride / WIDE;
    for (var i = id.x; i < p.count / WIDE; i += groups.x * 256u) {
        c[c0 + i] = activated(a[a0 + i] + b[b0 + i]);
    }
}
