// A loss whose targets are values, one row a thread: its sum over the outputs, the share of outputs that
// are right, and the gradient of the batch's mean loss. The loss's own file defines `value`: an output's
// loss and its derivative.
struct Params {
    rows: u32,    // of the batch that the plan was built for
    outputs: u32, // of the network
    x_stride: u32,
    targets_stride: u32,
    order_stride: u32,
    dx_stride: u32,
    figures_stride: u32,
}
@group(1) @binding(0) var<storage, read> x: array<f32>;                   // [rows, outputs]
@group(1) @binding(1) var<storage, read> targets: array<f32>;             // [examples, outputs]
@group(1) @binding(2) var<storage, read> order: array<u32>;
@group(1) @binding(3) var<storage, read_write> dx: array<f32>;            // [rows, outputs]
@group(1) @binding(4) var<storage, read_write> figures: array<vec2<f32>>; // [rows] (loss, hit)
@group(1) @binding(5) var<uniform> p: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var row = id.x; row < p.rows; row += groups.x * 64u) {
        let x0 = id.z * p.x_stride + row * p.outputs;
        let dx0 = id.z * p.dx_stride + row * p.outputs;
        // The stride counts single numbers, the array holds pairs.
        let at = id.z * p.figures_stride / 2u + row;
        if row < step.rows {
            let example = order[id.z * p.order_stride + step.first + row];
            figures[at] = loss(x0, id.z * p.targets_stride + example * p.outputs, dx0);
        } else {
            for (var i = 0u; i < p.outputs; i++) {
                dx[dx0 + i] = 0.0;
            }
            figures[at] = vec2<f32>(0.0);
        }
    }
}

// One row: its (loss, hit); writes its gradient.
fn loss(x0: u32, target0: u32, dx0: u32) -> vec2<f32> {
    var sum = vec2<f32>(0.0);
    for (var i = 0u; i < p.outputs; i++) {
        let v = x[x0 + i];
        let t = targets[target0 + i];
        let own = value(v, t);
        dx[dx0 + i] = own.y / f32(step.rows);
        let right = (v > 0.0) == (t > 0.5);
        sum += vec2<f32>(own.x, select(0.0, 1.0, right));
    }
    return vec2<f32>(sum.x, sum.y / f32(p.outputs));
}
