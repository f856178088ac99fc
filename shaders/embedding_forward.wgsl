// y[t] = weight[x[t]]: x holds numbers of rows of the weight. A number outside is taken for the
// nearest inside.
@group(1) @binding(0) var<storage, read> x: array<f32>;       // [rows, tokens]
@group(1) @binding(1) var<storage, read> weight: array<f32>;  // [vocabulary, units]
@group(1) @binding(2) var<storage, read_write> y: array<f32>; // [rows, tokens, units]

fn element(i: u32, z: u32) {
    let token = u32(clamp(x[z * p.x_stride + i / p.units], 0.0, f32(p.vocabulary - 1u)) + 0.5);
    let word = min(token, p.vocabulary - 1u);
    y[z * p.y_stride + i] = weight[z * p.weight_stride + word * p.units + i % p.units];
}
