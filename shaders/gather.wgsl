// x[row] = number[order[first + row]] · scale + offset; rows past the batch are 0. Which numbers there are is in
// the file that `data` is in.
@group(1) @binding(1) var<storage, read> order: array<u32>;
@group(1) @binding(2) var<storage, read> affine: array<f32>;  // (scale, offset) of each plane
@group(1) @binding(3) var<storage, read_write> x: array<f32>; // [rows, features]

fn element(i: u32, z: u32) {
    let row = i / p.features;
    let feature = i % p.features;
    var value = 0.0;
    if row < step.rows {
        let at = order[z * p.order_stride + step.first + row] * p.features + feature;
        let group = z * p.affine_stride + 2u * (feature / p.plane);
        value = number(z * p.data_stride, at) * affine[group] + affine[group + 1u];
    }
    x[z * p.x_stride + i] = value;
}
