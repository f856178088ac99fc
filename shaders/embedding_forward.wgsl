// y[t] = weight[x[t]]: x holds numbers of rows of the weight. A number outside is taken for the
// nearest inside.
struct Params {
    rows: u32,       // of the batch that the plan was built for
    tokens: u32,     // of each row
    vocabulary: u32, // rows of the weight
    units: u32,      // of each
    x_stride: u32,
    weight_stride: u32,
    y_stride: u32,
}
@group(1) @binding(0) var<storage, read> x: array<f32>;       // [rows, tokens]
@group(1) @binding(1) var<storage, read> weight: array<f32>;  // [vocabulary, units]
@group(1) @binding(2) var<storage, read_write> y: array<f32>; // [rows, tokens, units]
@group(1) @binding(3) var<uniform> p: Params;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var i = id.x; i < p.rows * p.tokens * p.units; i += groups.x * 256u) {
        let token = u32(clamp(x[id.z * p.x_stride + i / p.units], 0.0, f32(p.vocabulary - 1u)) + 0.5);
        let word = min(token, p.vocabulary - 1u);
        y[id.z * p.y_stride + i] = weight[id.z * p.weight_stride + word * p.units + i % p.units];
    }
}
