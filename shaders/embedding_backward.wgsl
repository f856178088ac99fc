// dweight[w] = Σ dy[t] over the tokens t with x[t] = w, in their order: one workgroup a word, which looks
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

@compute @workgroup_size(64)
fn main(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let last = p.vocabulary - 1u;
    for (var word = group.x; word < p.vocabulary; word += groups.x) {
        for (var unit = thread; unit < p.units; unit += 64u) {
            let tokens = min(step.rows, p.rows) * p.tokens;
            var sum = 0.0;
            // In parts: the sums round less, and lavapipe ends any loop after 65,535 turns.
            for (var first = 0u; first < tokens; first += 1024u) {
                var part = 0.0;
                for (var t = first; t < min(first + 1024u, tokens); t++) {
                    let token = min(u32(clamp(x[group.z * p.x_stride + t], 0.0, f32(last)) + 0.5), last);
                    if token == word {
                        part += dy[group.z * p.dy_stride + t * p.units + unit];
                    }
                }
                sum += part;
            }
            dweight[group.z * p.dweight_stride + word * p.units + unit] = sum;
        }
    }
}
