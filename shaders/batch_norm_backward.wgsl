// dx = weight / deviation · (dy - mean dy - x̂ · mean(dy·x̂)) · f'(x), where f is the activation below,
// whose output x is. Rows past the batch had no part in the means and get 0.
struct Params {
    rows: u32,      // of the batch that the plan was built for
    channels: u32,
    positions: u32, // of each channel in a row
    slices: u32,    // parts into which a channel is cut for its sums
    epsilon: f32,   // added to the variance
    momentum: f32,  // share of the new in the running figures
    unbiased: u32,  // 1 where the running variance is that of a sample
    dy_stride: u32,
    x_stride: u32,
    moments_stride: u32,
    weight_stride: u32,
    dweight_stride: u32,
    dbias_stride: u32,
    dx_stride: u32,
}
@group(1) @binding(0) var<storage, read> dy: array<f32>;            // [rows, channels, positions]
@group(1) @binding(1) var<storage, read> x: array<f32>;             // [rows, channels, positions]
@group(1) @binding(2) var<storage, read> moments: array<vec2<f32>>; // [channels] (mean, 1 / deviation)
@group(1) @binding(3) var<storage, read> weight: array<f32>;        // [channels], or nothing for 1
@group(1) @binding(4) var<storage, read> dweight: array<f32>;       // [channels] Σ dy·x̂
@group(1) @binding(5) var<storage, read> dbias: array<f32>;         // [channels] Σ dy
@group(1) @binding(6) var<storage, read_write> dx: array<f32>;      // [rows, channels, positions]
@group(1) @binding(7) var<uniform> p: Params;
override affine: bool;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let moments0 = id.z * p.moments_stride / 2u;
    let valid = min(step.rows, p.rows);
    let count = f32(max(valid * p.positions, 1u));
    for (var i = id.x; i < p.rows * p.channels * p.positions; i += groups.x * 256u) {
        var value = 0.0;
        if i / (p.channels * p.positions) < valid {
            let channel = (i / p.positions) % p.channels;
            let moment = moments[moments0 + channel];
            let v = x[id.z * p.x_stride + i];
            let mean = dbias[id.z * p.dbias_stride + channel] / count;
            let slope = dweight[id.z * p.dweight_stride + channel] / count;
            value = moment.y * (dy[id.z * p.dy_stride + i] - mean - (v - moment.x) * moment.y * slope) * derivative(v);
            if affine {
                value *= weight[id.z * p.weight_stride + channel];
            }
        }
        dx[id.z * p.dx_stride + i] = value;
    }
}
