// The update of ALL parameters in one launch. The optimizer's file defines `update`, which returns
// four new parameters and keeps its state with `state[tensor(j) + i]`.
struct Params {
    count: u32, // parameters, padding included: a multiple of 4
    parameters_stride: u32,
    gradients_stride: u32,
    state_stride: u32,
    flags_stride: u32,
}
@group(1) @binding(0) var<storage, read_write> parameters: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read> gradients: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read_write> state: array<vec4<f32>>; // its tensors, one behind the other
@group(1) @binding(3) var<storage, read_write> flags: array<atomic<u32>>;
@group(1) @binding(4) var<uniform> p: Params;

// Where the state's tensor number j begins, for this replica.
var<private> state0: u32;
fn tensor(j: u32) -> u32 {
    return state0 + j * (p.count / 4u);
}

// One number of the step's scalars: the host computed it in f64.
fn scalar(i: u32) -> f32 {
    return step.scalars[i / 4u][i % 4u];
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let parameters0 = id.z * p.parameters_stride / 4u;
    let gradients0 = id.z * p.gradients_stride / 4u;
    state0 = id.z * p.state_stride / 4u;
    var exponents = false;
    for (var i = id.x; i < p.count / 4u; i += groups.x * 256u) {
        let g = gradients[gradients0 + i];
        parameters[parameters0 + i] = update(parameters[parameters0 + i], g, i);
        // NaN and infinity by their bits: a shader may assume that they do not occur.
        exponents = exponents || any((bitcast<vec4<u32>>(g) & vec4<u32>(0x7f800000u)) == vec4<u32>(0x7f800000u));
    }
    if exponents {
        // Or is the same in any order.
        atomicOr(&flags[id.z * p.flags_stride + step.slot], 1u);
    }
}
