// statistics[slot] = Σ figures[row]: every thread sums its rows in order, then the threads' sums
// meet in a tree of fixed shape. No atomics, so that two runs agree to the last bit.
@group(1) @binding(0) var<storage, read> figures: array<vec2<f32>>;          // [rows] (loss, hit)
@group(1) @binding(1) var<storage, read_write> statistics: array<vec2<f32>>; // [slots]

var<private> figures0: u32;

fn term(row: u32) -> vec2<f32> {
    return figures[figures0 + row];
}

fn item(all: u32, lane: u32, z: u32) {
    // The strides count single numbers, the arrays hold pairs.
    figures0 = z * p.figures_stride / 2u;
    let sum = sum_terms(lane, min(step.rows, p.rows));
    if lane == 0u {
        statistics[z * p.statistics_stride / 2u + step.slot] = sum;
    }
}
