// (dw, db) = Σ partials[chunk], in the order of the chunks.
struct Params {
    chunks: u32,
    weights: u32, // elements of dw
    filters: u32, // elements of db
    partials_stride: u32,
    dw_stride: u32,
    db_stride: u32,
}
@group(1) @binding(0) var<storage, read> partials: array<f32>; // [chunks, weights + filters]
@group(1) @binding(1) var<storage, read_write> dw: array<f32>; // [weights]
@group(1) @binding(2) var<storage, read_write> db: array<f32>; // [filters]
@group(1) @binding(3) var<uniform> p: Params;

override has_dw: bool;
override has_db: bool;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let count = p.weights + p.filters;
    for (var i = id.x; i < count; i += groups.x * 64u) {
        var sum = 0.0;
        for (var chunk = 0u; chunk < p.chunks; chunk++) {
            sum += partials[id.z * p.partials_stride + chunk * count + i];
        }
        if i < p.weights {
            if has_dw {
                dw[id.z * p.dw_stride + i] = sum;
            }
        } else if has_db {
            db[id.z * p.db_stride + i - p.weights] = sum;
        }
    }
}
