// (dw, db) = Σ partials[chunk], in the order of the chunks.
@group(1) @binding(0) var<storage, read> partials: array<f32>; // [chunks, weights + filters]
@group(1) @binding(1) var<storage, read_write> dw: array<f32>; // [weights]
@group(1) @binding(2) var<storage, read_write> db: array<f32>; // [filters]

override has_dw: bool;
override has_db: bool;

fn element(i: u32, z: u32) {
    var sum = 0.0;
    for (var chunk = 0u; chunk < p.chunks; chunk++) {
        sum += partials[z * p.partials_stride + chunk * p.items + i];
    }
    if i < p.weights {
        if has_dw {
            dw[z * p.dw_stride + i] = sum;
        }
    } else if has_db {
        db[z * p.db_stride + i - p.weights] = sum;
    }
}
