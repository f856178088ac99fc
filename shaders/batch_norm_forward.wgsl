// y = f((x - mean) / deviation · weight + bias). An activation's file, or one that does nothing,
// defines `forward`.
@group(1) @binding(0) var<storage, read> x: array<f32>;             // [rows, channels, positions]
@group(1) @binding(1) var<storage, read> moments: array<vec2<f32>>; // [channels] (mean, 1 / deviation)
@group(1) @binding(2) var<storage, read> weight: array<f32>;        // [channels], or nothing for 1
@group(1) @binding(3) var<storage, read> bias: array<f32>;          // [channels], or nothing for 0
@group(1) @binding(4) var<storage, read_write> y: array<f32>;       // [rows, channels, positions]
override affine: bool;

fn element(i: u32, z: u32) {
    let channel = (i / p.positions) % p.channels;
    let moment = moments[z * p.moments_stride / 2u + channel];
    var value = (x[z * p.x_stride + i] - moment.x) * moment.y;
    if affine {
        value = value * weight[z * p.weight_stride + channel] + bias[z * p.bias_stride + channel];
    }
    y[z * p.y_stride + i] = forward(value);
}
