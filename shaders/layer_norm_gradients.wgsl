// dweight = Σ dy·x̂, dbias = Σ dy, over the rows and the elements that share them: one workgroup a
// weight.
struct Params {
    rows: u32,   // of the batch
    groups: u32, // of each row, each normalised by itself
    size: u32,   // elements of a group
    inner: u32,  // neighbouring elements that share a weight
    epsilon: f32, // added to the variance
    dy_stride: u32,
    x_stride: u32,
    moments_stride: u32,
    dweight_stride: u32,
    dbias_stride: u32,
}
@group(1) @binding(0) var<storage, read> dy: array<f32>;            // [rows, groups, size]
@group(1) @binding(1) var<storage, read> x: array<f32>;             // [rows, groups, size]
@group(1) @binding(2) var<storage, read> moments: array<vec2<f32>>; // [rows, groups] (mean, 1 / deviation)
@group(1) @binding(3) var<storage, read_write> dweight: array<f32>; // [groups size / inner]
@group(1) @binding(4) var<storage, read_write> dbias: array<f32>;   // [groups size / inner]
@group(1) @binding(5) var<uniform> p: Params;

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

@compute @workgroup_size(THREADS)
fn main(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    z = group.z;
    w = group.y * groups.x + group.x;
    if w >= p.groups * p.size / p.inner {
        return;
    }
    let sum = sum_terms(thread, min(step.rows, p.rows) * p.inner);
    if thread == 0u {
        dweight[z * p.dweight_stride + w] = sum.y;
        dbias[z * p.dbias_stride + w] = sum.x;
    }
}
