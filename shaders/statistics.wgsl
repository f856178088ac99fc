// statistics[slot] = Σ figures[row]: every thread sums its rows in order, then the threads' sums
// meet in a tree of fixed shape. No atomics, so that two runs agree to the last bit.
struct Params {
    rows: u32,
    figures_stride: u32,
    statistics_stride: u32,
}
@group(1) @binding(0) var<storage, read> figures: array<vec2<f32>>;          // [rows] (loss, hit)
@group(1) @binding(1) var<storage, read_write> statistics: array<vec2<f32>>; // [slots]
@group(1) @binding(2) var<uniform> p: Params;

var<private> figures0: u32;

fn term(row: u32) -> vec2<f32> {
    return figures[figures0 + row];
}

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3<u32>) {
    // The strides count single numbers, the arrays hold pairs.
    figures0 = group.z * p.figures_stride / 2u;
    let sum = sum_terms(thread, min(step.rows, p.rows));
    if thread == 0u {
        statistics[group.z * p.statistics_stride / 2u + step.slot] = sum;
    }
}
