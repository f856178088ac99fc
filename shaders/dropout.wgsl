// y = x scale where a random number is at least the rate, else 0. The numbers depend on (seed, stream,
// step, element) alone: the backward pass draws them again for dx from dy, and nothing is kept.
struct Params {
    count: u32,  // elements
    stream: u32, // of random numbers: the node's own
    rate: f32,
    scale: f32,  // 1 / (1 - rate)
    x_stride: u32,
    y_stride: u32,
}
@group(1) @binding(0) var<storage, read> x: array<f32>;
@group(1) @binding(1) var<storage, read_write> y: array<f32>;
@group(1) @binding(2) var<uniform> p: Params;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let x0 = id.z * p.x_stride;
    let y0 = id.z * p.y_stride;
    let key = threefry(step.seed, vec2<u32>(p.stream, id.z));
    // One draw has the bits of two neighbours.
    for (var pair = id.x; pair < (p.count + 1u) / 2u; pair += groups.x * 256u) {
        let bits = threefry(key, vec2<u32>(step.index, pair));
        let i = 2u * pair;
        y[y0 + i] = select(0.0, x[x0 + i] * p.scale, uniform_number(bits.x) >= p.rate);
        if i + 1u < p.count {
            y[y0 + i + 1u] = select(0.0, x[x0 + i + 1u] * p.scale, uniform_number(bits.y) >= p.rate);
        }
    }
}
