// The slices' sums to those of a whole channel: the gradients of bias and weight.
struct Params {
    rows: u32,      // of the batch that the plan was built for
    channels: u32,
    positions: u32, // of each channel in a row
    slices: u32,    // parts into which a channel is cut for its sums
    epsilon: f32,   // added to the variance
    momentum: f32,  // share of the new in the running figures
    unbiased: u32,  // 1 where the running variance is that of a sample
    parts_stride: u32,
    dweight_stride: u32,
    dbias_stride: u32,
}
@group(1) @binding(0) var<storage, read> parts: array<vec2<f32>>;   // [channels, slices] Σ dy, Σ dy·x̂
@group(1) @binding(1) var<storage, read_write> dweight: array<f32>; // [channels] Σ dy·x̂
@group(1) @binding(2) var<storage, read_write> dbias: array<f32>;   // [channels] Σ dy
@group(1) @binding(3) var<uniform> p: Params;

var<private> first: u32; // the channel's first slice

fn term(s: u32) -> vec2<f32> {
    return parts[first + s];
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var channel = id.x; channel < p.channels; channel += groups.x * 64u) {
        first = id.z * p.parts_stride / 2u + channel * p.slices;
        let sum = sum_terms(0u, p.slices);
        dweight[id.z * p.dweight_stride + channel] = sum.y;
        dbias[id.z * p.dbias_stride + channel] = sum.x;
    }
}
