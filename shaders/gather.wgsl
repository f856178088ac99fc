// x[row] = number[order[first + row]] · scale + offset; rows past the batch are 0. Which numbers there are is in
// the file that `data` is in.
struct Params {
    rows: u32,     // of the batch that the plan was built for
    features: u32, // numbers in one example
    plane: u32,    // features that share one scale and offset
    data_stride: u32,
    order_stride: u32,
    affine_stride: u32,
    x_stride: u32,
}
@group(1) @binding(1) var<storage, read> order: array<u32>;
@group(1) @binding(2) var<storage, read> affine: array<f32>;  // (scale, offset) of each plane
@group(1) @binding(3) var<storage, read_write> x: array<f32>; // [rows, features]
@group(1) @binding(4) var<uniform> p: Params;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let data0 = id.z * p.data_stride;
    let order0 = id.z * p.order_stride;
    let affine0 = id.z * p.affine_stride;
    let x0 = id.z * p.x_stride;
    for (var i = id.x; i < p.rows * p.features; i += groups.x * 256u) {
        let row = i / p.features;
        let feature = i % p.features;
        var value = 0.0;
        if row < step.rows {
            let at = order[order0 + step.first + row] * p.features + feature;
            let group = affine0 + 2u * (feature / p.plane);
            value = number(data0, at) * affine[group] + affine[group + 1u];
        }
        x[x0 + i] = value;
    }
}
