// y = e^x / Σ e^x over the channels of a position. The largest is taken out, so that e^x cannot
// overflow.
struct Params {
    rows: u32,
    channels: u32,  // what is summed over
    positions: u32, // in each channel
    x_stride: u32,
    y_stride: u32,
}
@group(1) @binding(0) var<storage, read> x: array<f32>;       // [rows, channels, positions]
@group(1) @binding(1) var<storage, read_write> y: array<f32>; // [rows, channels, positions]
@group(1) @binding(2) var<uniform> p: Params;

var<private> x0: u32;
var<private> y0: u32;
var<private> largest: f32;
var<private> sum: f32;

fn candidate(c: u32) -> f32 {
    return x[x0 + c * p.positions];
}

fn term(c: u32) -> vec2<f32> {
    return vec2<f32>(exp(x[x0 + c * p.positions] - largest), 0.0);
}

fn put(c: u32) {
    y[y0 + c * p.positions] = exp(x[x0 + c * p.positions] - largest) / sum;
}

@compute @workgroup_size(THREADS)
fn main(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let i = (group.y * groups.x + group.x) * SUMS + thread / LANES;
    if i >= p.rows * p.positions {
        return;
    }
    let first = (i / p.positions) * p.channels * p.positions + i % p.positions;
    x0 = group.z * p.x_stride + first;
    y0 = group.z * p.y_stride + first;
    largest = find_largest(thread % LANES, p.channels).value;
    sum = sum_terms(thread % LANES, p.channels).x;
    put_all(thread % LANES, p.channels);
}
