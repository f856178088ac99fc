// y = f((x - mean) / deviation · weight + bias). An activation's file, or one that does nothing,
// defines `forward`.
struct Params {
    rows: u32,      // of the batch that the plan was built for
    channels: u32,
    positions: u32, // of each channel in a row
    slices: u32,    // parts into which a channel is cut for its sums
    epsilon: f32,   // added to the variance
    momentum: f32,  // share of the new in the running figures
    unbiased: u32,  // 1 where the running variance is that of a sample
    x_stride: u32,
    moments_stride: u32,
    weight_stride: u32,
    bias_stride: u32,
    y_stride: u32,
}
@group(1) @binding(0) var<storage, read> x: array<f32>;             // [rows, channels, positions]
@group(1) @binding(1) var<storage, read> moments: array<vec2<f32>>; // [channels] (mean, 1 / deviation)
@group(1) @binding(2) var<storage, read> weight: array<f32>;        // [channels], or nothing for 1
@group(1) @binding(3) var<storage, read> bias: array<f32>;          // [channels], or nothing for 0
@group(1) @binding(4) var<storage, read_write> y: array<f32>;       // [rows, channels, positions]
@group(1) @binding(5) var<uniform> p: Params;
override affine: bool;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let x0 = id.z * p.x_stride;
    let moments0 = id.z * p.moments_stride / 2u;
    let y0 = id.z * p.y_stride;
    for (var i = id.x; i < p.rows * p.channels * p.positions; i += groups.x * 256u) {
        let channel = (i / p.positions) % p.channels;
        let moment = moments[moments0 + channel];
        var value = (x[x0 + i] - moment.x) * moment.y;
        if affine {
            value = value * weight[id.z * p.weight_stride + channel] + bias[id.z * p.bias_stride + channel];
        }
        y[y0 + i] = forward(value);
    }
}
