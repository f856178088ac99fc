// A loss whose targets are values: a row's sum over the outputs, the share of outputs that are right, and the
// gradient of the batch's mean loss; a row is one thread's, or a workgroup's where there are many outputs. The
// loss's own file defines `value`: an output's loss and its derivative.
@group(1) @binding(0) var<storage, read> x: array<f32>;                   // [rows, outputs]
@group(1) @binding(1) var<storage, read> targets: array<f32>;             // [examples, outputs]
@group(1) @binding(2) var<storage, read> order: array<u32>;
@group(1) @binding(3) var<storage, read_write> dx: array<f32>;            // [rows, outputs]
@group(1) @binding(4) var<storage, read_write> figures: array<vec2<f32>>; // [rows] (loss, hit)

var<private> x0: u32;
var<private> target0: u32;
var<private> dx0: u32;

// An output's loss, and whether it is right; writes its gradient.
fn term(i: u32) -> vec2<f32> {
    let v = x[x0 + i];
    let t = targets[target0 + i];
    let own = value(v, t);
    dx[dx0 + i] = own.y / f32(step.rows);
    return vec2<f32>(own.x, select(0.0, 1.0, (v > 0.0) == (t > 0.5)));
}

fn put(i: u32) {
    dx[dx0 + i] = 0.0;
}

fn item(row: u32, lane: u32, z: u32) {
    x0 = z * p.x_stride + row * p.outputs;
    dx0 = z * p.dx_stride + row * p.outputs;
    var sum = vec2<f32>(0.0);
    if row < step.rows {
        let example = order[z * p.order_stride + step.first + row];
        target0 = z * p.targets_stride + example * p.outputs;
        sum = sum_terms(lane, p.outputs);
    } else {
        put_all(lane, p.outputs);
    }
    if lane == 0u {
        // The stride counts single numbers, the array holds pairs.
        figures[z * p.figures_stride / 2u + row] = vec2<f32>(sum.x, sum.y / f32(p.outputs));
    }
}
