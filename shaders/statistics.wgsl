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

var<workgroup> partial: array<vec2<f32>, 64>;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3<u32>) {
    // The strides count single numbers, the arrays hold pairs.
    let figures0 = group.z * p.figures_stride / 2u;
    let statistics0 = group.z * p.statistics_stride / 2u;
    var sum = vec2<f32>(0.0);
    for (var row = thread; row < min(step.rows, p.rows); row += 64u) {
        sum += figures[figures0 + row];
    }
    partial[thread] = sum;
    for (var half = 32u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if thread < half {
            partial[thread] += partial[thread + half];
        }
    }
    if thread == 0u {
        statistics[statistics0 + step.slot] = partial[0];
    }
}
