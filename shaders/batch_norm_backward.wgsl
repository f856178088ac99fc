// dx = weight / deviation · (dy - mean dy - x̂ · mean(dy·x̂)) · f'(x), where f is the activation below,
// whose output x is. Rows past the batch had no part in the means and get 0.
@group(1) @binding(0) var<storage, read> dy: array<f32>;            // [rows, channels, positions]
@group(1) @binding(1) var<storage, read> x: array<f32>;             // [rows, channels, positions]
@group(1) @binding(2) var<storage, read> moments: array<vec2<f32>>; // [channels] (mean, 1 / deviation)
@group(1) @binding(3) var<storage, read> weight: array<f32>;        // [channels], or nothing for 1
@group(1) @binding(4) var<storage, read> dweight: array<f32>;       // [channels] Σ dy·x̂
@group(1) @binding(5) var<storage, read> dbias: array<f32>;         // [channels] Σ dy
@group(1) @binding(6) var<storage, read_write> dx: array<f32>;      // [rows, channels, positions]
override affine: bool;

fn element(i: u32, z: u32) {
    let valid = min(step.rows, p.rows);
    let count = f32(max(valid * p.positions, 1u));
    var value = 0.0;
    if i / (p.channels * p.positions) < valid {
        let channel = (i / p.positions) % p.channels;
        let moment = moments[z * p.moments_stride / 2u + channel];
        let v = x[z * p.x_stride + i];
        let mean = dbias[z * p.dbias_stride + channel] / count;
        let slope = dweight[z * p.dweight_stride + channel] / count;
        value = moment.y * (dy[z * p.dy_stride + i] - mean - (v - moment.x) * moment.y * slope) * derivative(v);
        if affine {
            value *= weight[z * p.weight_stride + channel];
        }
    }
    dx[z * p.dx_stride + i] = value;
}
