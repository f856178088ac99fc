// c = (a + b) · f'(v): the gradients of a fork, summed and taken through the activation above it. The
// activation's file defines `derivative` of its output v.
@group(1) @binding(0) var<storage, read> a: array<f32>;
@group(1) @binding(1) var<storage, read> b: array<f32>;
@group(1) @binding(2) var<storage, read> v: array<f32>;
@group(1) @binding(3) var<storage, read_write> c: array<f32>;

fn element(i: u32, z: u32) {
    let sum = a[z * p.a_stride + i] + b[z * p.b_stride + i];
    c[z * p.c_stride + i] = sum * derivative(v[z * p.v_stride + i]);
}
