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
