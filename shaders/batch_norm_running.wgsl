// The running moments as an evaluation step uses them: a channel a thread.
struct Params {
    rows: u32,      // of the batch that the plan was built for
    channels: u32,
    positions: u32, // of each channel in a row
    slices: u32,    // parts into which a channel is cut for its sums
    epsilon: f32,   // added to the variance
    momentum: f32,  // share of the new in the running figures
    unbiased: u32,  // 1 where the running variance is that of a sample
    running_mean_stride: u32,
    running_var_stride: u32,
    moments_stride: u32,
}
@group(1) @binding(0) var<storage, read> running_mean: array<f32>;        // [channels]
@group(1) @binding(1) var<storage, read> running_var: array<f32>;         // [channels]
@group(1) @binding(2) var<storage, read_write> moments: array<vec2<f32>>; // [channels] (mean, 1 / deviation)
@group(1) @binding(3) var<uniform> p: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let moments0 = id.z * p.moments_stride / 2u;
    for (var channel = id.x; channel < p.channels; channel += groups.x * 64u) {
        let mean = running_mean[id.z * p.running_mean_stride + channel];
        let variance = running_var[id.z * p.running_var_stride + channel];
        moments[moments0 + channel] = vec2<f32>(mean, 1.0 / sqrt(variance + p.epsilon));
    }
}
