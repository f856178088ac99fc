// The running moments as an evaluation step uses them: a channel a thread.
@group(1) @binding(0) var<storage, read> running_mean: array<f32>;        // [channels]
@group(1) @binding(1) var<storage, read> running_var: array<f32>;         // [channels]
@group(1) @binding(2) var<storage, read_write> moments: array<vec2<f32>>; // [channels] (mean, 1 / deviation)

fn element(channel: u32, z: u32) {
    let mean = running_mean[z * p.running_mean_stride + channel];
    let variance = running_var[z * p.running_var_stride + channel];
    moments[z * p.moments_stride / 2u + channel] = vec2<f32>(mean, 1.0 / sqrt(variance + p.epsilon));
}
