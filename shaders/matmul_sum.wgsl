// c[i] = f(Σ partials[slice][i] + bias[column]), or the sum times f'(v[i]), in the order of the slices.
@group(1) @binding(0) var<storage, read> partials: array<f32>; // [slices, count]
@group(1) @binding(1) var<storage, read> bias: array<f32>;     // [columns], or nothing
@group(1) @binding(2) var<storage, read> v: array<f32>;        // [count], or nothing
@group(1) @binding(3) var<storage, read_write> c: array<f32>;  // [count]

var<private> first: u32;

fn term(slice: u32) -> vec2<f32> {
    return vec2<f32>(partials[first + slice * p.count], 0.0);
}

fn element(i: u32, z: u32) {
    first = z * p.partials_stride + i;
    c[z * p.c_stride + i] = finish(sum_terms(0u, p.slices).x, z, i % p.columns, i);
}
