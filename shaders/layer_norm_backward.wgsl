// dx = (d - mean d - x̂ · mean(d·x̂)) / deviation · f'(x), d = dy · weight, the means over each group of
// each row: one workgroup a group. f is the activation below, whose output x is.
struct Params {
    rows: u32,   // of the batch
    groups: u32, // of each row, each normalised by itself
    size: u32,   // elements of a group
    inner: u32,  // neighbouring elements that share a weight
    epsilon: f32, // added to the variance
    dy_stride: u32,
    x_stride: u32,
    moments_stride: u32,
    weight_stride: u32,
    dx_stride: u32,
}
@group(1) @binding(0) var<storage, read> dy: array<f32>;            // [rows, groups, size]
@group(1) @binding(1) var<storage, read> x: array<f32>;             // [rows, groups, size]
@group(1) @binding(2) var<storage, read> moments: array<vec2<f32>>; // [rows, groups] (mean, 1 / deviation)
@group(1) @binding(3) var<storage, read> weight: array<f32>;        // [groups size / inner], or nothing for 1
@group(1) @binding(4) var<storage, read_write> dx: array<f32>;      // [rows, groups, size]
@group(1) @binding(5) var<uniform> p: Params;
override affine: bool;

// dy · weight of an element of a group.
fn scaled(dy0: u32, weight0: u32, e: u32) -> f32 {
    if affine {
        return dy[dy0 + e] * weight[weight0 + e / p.inner];
    }
    return dy[dy0 + e];
}

@compute @workgroup_size(64)
fn main(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    for (var g = group.x; g < p.rows * p.groups; g += groups.x) {
        let dy0 = group.z * p.dy_stride + g * p.size;
        let x0 = group.z * p.x_stride + g * p.size;
        let weight0 = group.z * p.weight_stride + (g % p.groups) * (p.size / p.inner);
        let moment = moments[group.z * p.moments_stride / 2u + g];
        var sum = vec2<f32>(0.0);
        for (var e = thread; e < p.size; e += 64u) {
            let d = scaled(dy0, weight0, e);
            sum += vec2<f32>(d, d * (x[x0 + e] - moment.x) * moment.y);
        }
        let mean = total(thread, sum) / f32(max(p.size, 1u));
        for (var e = thread; e < p.size; e += 64u) {
            let v = x[x0 + e];
            let d = scaled(dy0, weight0, e) - mean.x - (v - moment.x) * moment.y * mean.y;
            dx[group.z * p.dx_stride + g * p.size + e] = d * moment.y * derivative(v);
        }
    }
}
