// dweight[w] = Σ dy[t] over the tokens t with x[t] = w, in a fixed order: one workgroup a word, which looks
// through all tokens, so that there are no atomics and two runs agree to the last bit.
struct Params {
    rows: u32,       // of the batch that the plan was built for
    tokens: u32,     // of each row
    vocabulary: u32, // rows of the weight
    units: u32,      // of each
    dy_stride: u32,
    x_stride: u32,
    dweight_stride: u32,
}
@group(1) @binding(0) var<storage, read> dy: array<f32>;            // [rows, tokens, units]
@group(1) @binding(1) var<storage, read> x: array<f32>;             // [rows, tokens]
@group(1) @binding(2) var<storage, read_write> dweight: array<f32>; // [vocabulary, units]
@group(1) @binding(3) var<uniform> p: Params;

// dy of a unit of token t where that is the word, else 0; z is the replica.
fn share(word: u32, unit: u32, t: u32, z: u32) -> f32 {
    if t >= min(step.rows, p.rows) * p.tokens {
        return 0.0;
    }
    let last = p.vocabulary - 1u;
    if min(u32(clamp(x[z * p.x_stride + t], 0.0, f32(last)) + 0.5), last) != word {
        return 0.0;
    }
    return dy[z * p.dy_stride + t * p.units + unit];
}

@compute @workgroup_size(64)
fn main(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let z = group.z;
    for (var word = group.x; word < p.vocabulary; word += groups.x) {
        for (var unit = thread; unit < p.units; unit += 64u) {
            var sum = 0.0;
            // Eight at a time: the sums round less, and lavapipe ends all loops of a thread after
            // 65,535 turns.
            for (var t = 0u; t < min(step.rows, p.rows) * p.tokens; t += 8u) {
                let first = share(word, unit, t, z) + share(word, unit, t + 1u, z);
                let second = share(word, unit, t + 2u, z) + share(word, unit, t + 3u, z);
                let third = share(word, unit, t + 4u, z) + share(word, unit, t + 5u, z);
                let fourth = share(word, unit, t + 6u, z) + share(word, unit, t + 7u, z);
                sum += (first + second) + (third + fourth);
            }
            dweight[z * p.dweight_stride + word * p.units + unit] = sum;
        }
    }
}
