// What changes from step to step: the host's kernels::Step, in f32.
struct Step {
    index: u32,                   // updates done before this one
    slot: u32,                    // row of the statistics buffer
    first: u32,                   // where the batch begins in the order of examples
    rows: u32,                    // examples in this batch
    seed: vec2<u32>,              // low word, high word
    padding: vec2<u32>,
    scalars: array<vec4<f32>, 4>, // the optimizer's numbers
}
@group(0) @binding(0) var<uniform> step: Step;

// One number of the step's scalars: the host computed it in f64.
fn scalar(i: u32) -> f32 {
    return step.scalars[i / 4u][i % 4u];
}

// Places of those that are the same for every optimizer.
const NORM_EPSILON = 9u;   // what is added to norms before they are compared with their limit
const OVERWRITE = 10u;     // 1 where the average takes the parameters' place
const AVERAGE = 11u;       // the weight of these parameters in their average, 0 to leave it
const LIMIT = 12u;         // what gradients are clipped to, 0 for no limit
const IDLE = 13u;          // 1 where the step just accumulates
const SHARE = 14u;         // the weight of this gradient in the sum
const LEARNING_RATE = 15u;
