// y = x scale where a random number is at least the rate, else 0. The numbers depend on (seed, stream,
// step, element) alone: the backward pass draws them again for dx from dy, and nothing is kept.
@group(1) @binding(0) var<storage, read> x: array<f32>;
@group(1) @binding(1) var<storage, read_write> y: array<f32>;

// One draw has the bits of two neighbours, which are an item.
@compute @workgroup_size(WIDTH)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let key = threefry(step.seed, vec2<u32>(p.stream, id.z));
    for (var pair = id.x; pair < p.items; pair += groups.x * WIDTH) {
        let bits = threefry(key, vec2<u32>(step.index, pair));
        drop(2u * pair, bits.x, id.z);
        if 2u * pair + 1u < p.count {
            drop(2u * pair + 1u, bits.y, id.z);
        }
    }
}

fn drop(i: u32, bits: u32, z: u32) {
    y[z * p.y_stride + i] = select(0.0, x[z * p.x_stride + i] * p.scale, uniform_number(bits) >= p.rate);
}
