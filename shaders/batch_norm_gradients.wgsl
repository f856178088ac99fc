// The slices' sums to those of a whole channel: the gradients of bias and weight.
@group(1) @binding(0) var<storage, read> parts: array<vec2<f32>>;   // [channels, slices] Σ dy, Σ dy·x̂
@group(1) @binding(1) var<storage, read_write> dweight: array<f32>; // [channels] Σ dy·x̂
@group(1) @binding(2) var<storage, read_write> dbias: array<f32>;   // [channels] Σ dy

var<private> first: u32; // the channel's first slice

fn term(s: u32) -> vec2<f32> {
    return parts[first + s];
}

fn element(channel: u32, z: u32) {
    first = z * p.parts_stride / 2u + channel * p.slices;
    let sum = sum_terms(0u, p.slices);
    dweight[z * p.dweight_stride + channel] = sum.y;
    dbias[z * p.dbias_stride + channel] = sum.x;
}
