// dx = (d - mean d - x̂ · mean(d·x̂)) / deviation · f'(x), d = dy · weight, the means over each group of
// each row: one workgroup a group. f is the activation below, whose output x is.
@group(1) @binding(0) var<storage, read> dy: array<f32>;            // [rows, groups, size]
@group(1) @binding(1) var<storage, read> x: array<f32>;             // [rows, groups, size]
@group(1) @binding(2) var<storage, read> moments: array<vec2<f32>>; // [rows, groups] (mean, 1 / deviation)
@group(1) @binding(3) var<storage, read> weight: array<f32>;        // [groups size / inner], or nothing for 1
@group(1) @binding(4) var<storage, read_write> dx: array<f32>;      // [rows, groups, size]
override affine: bool;

var<private> z: u32;
var<private> first: u32; // the group's first element
var<private> weight0: u32;
var<private> moment: vec2<f32>;
var<private> mean: vec2<f32>;

// dy · weight of an element of the group.
fn scaled(e: u32) -> f32 {
    let d = dy[z * p.dy_stride + first + e];
    if affine {
        return d * weight[weight0 + e / p.inner];
    }
    return d;
}

fn term(e: u32) -> vec2<f32> {
    let d = scaled(e);
    return vec2<f32>(d, d * (x[z * p.x_stride + first + e] - moment.x) * moment.y);
}

fn put(e: u32) {
    let v = x[z * p.x_stride + first + e];
    let d = scaled(e) - mean.x - (v - moment.x) * moment.y * mean.y;
    dx[z * p.dx_stride + first + e] = d * moment.y * derivative(v);
}

fn item(g: u32, lane: u32, replica: u32) {
    z = replica;
    first = g * p.size;
    weight0 = z * p.weight_stride + (g % p.groups) * (p.size / p.inner);
    moment = moments[z * p.moments_stride / 2u + g];
    mean = sum_terms(lane, p.size) / f32(max(p.size, 1u));
    put_all(lane, p.size);
}
