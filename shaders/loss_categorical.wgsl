// The negative log-likelihood of a categorical distribution with probabilities softmax(x), and the
// gradient of its mean over the batch. The largest logit is taken out, so that e^x cannot overflow.
@group(1) @binding(0) var<storage, read> x: array<f32>;                   // [rows, outputs]
@group(1) @binding(1) var<storage, read> targets: array<u32>;             // [examples]
@group(1) @binding(2) var<storage, read> order: array<u32>;
@group(1) @binding(3) var<storage, read_write> dx: array<f32>;            // [rows, outputs]
@group(1) @binding(4) var<storage, read_write> figures: array<vec2<f32>>; // [rows] (loss, hit)

var<private> x0: u32;
var<private> dx0: u32;
var<private> label: u32;
var<private> largest: f32;
var<private> sum: f32;
var<private> valid: bool; // whether the row belongs to the batch

fn candidate(i: u32) -> f32 {
    return x[x0 + i];
}

fn term(i: u32) -> vec2<f32> {
    return vec2<f32>(exp(x[x0 + i] - largest), 0.0);
}

fn put(i: u32) {
    var gradient = 0.0;
    if valid {
        gradient = (exp(x[x0 + i] - largest) / sum - select(0.0, 1.0, i == label)) / f32(step.rows);
    }
    dx[dx0 + i] = gradient;
}

fn item(row: u32, lane: u32, z: u32) {
    x0 = z * p.x_stride + row * p.outputs;
    dx0 = z * p.dx_stride + row * p.outputs;
    valid = row < step.rows;
    var figure = vec2<f32>(0.0);
    if valid {
        let example = order[z * p.order_stride + step.first + row];
        label = targets[z * p.targets_stride + example];
        let found = find_largest(lane, p.outputs);
        largest = found.value;
        sum = sum_terms(lane, p.outputs).x;
        figure = vec2<f32>(log(sum) + (largest - x[x0 + label]), select(0.0, 1.0, found.place == label));
    }
    put_all(lane, p.outputs);
    if lane == 0u {
        // The stride counts single numbers, the array holds pairs.
        figures[z * p.figures_stride / 2u + row] = figure;
    }
}
