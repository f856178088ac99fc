// c[i] = f(Σ partials[slice][i] + bias[column]), or the sum times f'(v[i]), in the order of the slices. `finish`
// is what follows the sum.
struct Params {
    count: u32,   // elements of c
    columns: u32, // of c
    slices: u32,
    partials_stride: u32,
    bias_stride: u32,
    v_stride: u32,
    c_stride: u32,
}
@group(1) @binding(0) var<storage, read> partials: array<f32>; // [slices, count]
@group(1) @binding(1) var<storage, read> bias: array<f32>;     // [columns], or nothing
@group(1) @binding(2) var<storage, read> v: array<f32>;        // [count], or nothing
@group(1) @binding(3) var<storage, read_write> c: array<f32>;  // [count]
@group(1) @binding(4) var<uniform> p: Params;

var<private> first: u32;

fn term(slice: u32) -> vec2<f32> {
    return vec2<f32>(partials[first + slice * p.count], 0.0);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var i = id.x; i < p.count; i += groups.x * 64u) {
        first = id.z * p.partials_stride + i;
        c[id.z * p.c_stride + i] = finish(sum_terms(0u, p.slices).x, id.z, i % p.columns, i);
    }
}
