// c = f(a + b), four numbers at a time where the count allows.
@group(1) @binding(0) var<storage, read> a: array<Element>;
@group(1) @binding(1) var<storage, read> b: array<Element>;
@group(1) @binding(2) var<storage, read_write> c: array<Element>;

fn element(i: u32, z: u32) {
    c[z * p.c_stride / WIDE + i] = forward_of_each(a[z * p.a_stride / WIDE + i] + b[z * p.b_stride / WIDE + i]);
}
