// c = s a b; `p` is generated from the kernel's parameters and bindings.
@group(1) @binding(0) var<storage, read> a: array<f32>;
@group(1) @binding(1) var<storage, read> b: array<f32>;
@group(1) @binding(2) var<storage, read_write> c: array<f32>;

fn element(i: u32, z: u32) {
    c[z * p.c_stride + i] = p.scale * a[z * p.a_stride + i] * b[z * p.b_stride + i];
}
