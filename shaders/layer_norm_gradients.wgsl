// dweight = Σ dy·x̂, dbias = Σ dy, over the rows and the elements that share them: one workgroup a
// weight.
@group(1) @binding(0) var<storage, read> dy: array<f32>;            // [rows, groups, size]
@group(1) @binding(1) var<storage, read> x: array<f32>;             // [rows, groups, size]
@group(1) @binding(2) var<storage, read> moments: array<vec2<f32>>; // [rows, groups] (mean, 1 / deviation)
@group(1) @binding(3) var<storage, read_write> dweight: array<f32>; // [groups size / inner]
@group(1) @binding(4) var<storage, read_write> dbias: array<f32>;   // [groups size / inner]

var<private> z: u32;
var<private> w: u32; // the weight

fn term(e: u32) -> vec2<f32> {
    let row = e / p.inner;
    let feature = w * p.inner + e % p.inner;
    let features = p.groups * p.size;
    let moment = moments[z * p.moments_stride / 2u + row * p.groups + feature / p.size];
    let d = dy[z * p.dy_stride + row * features + feature];
    let v = x[z * p.x_stride + row * features + feature];
    return vec2<f32>(d, d * (v - moment.x) * moment.y);
}

fn item(weight: u32, lane: u32, replica: u32) {
    z = replica;
    w = weight;
    let sum = sum_terms(lane, min(step.rows, p.rows) * p.inner);
    if lane == 0u {
        dweight[z * p.dweight_stride + w] = sum.y;
        dbias[z * p.dbias_stride + w] = sum.x;
    }
}
