// The update of ALL parameters in one launch. The optimizer's file defines `update`, which returns
// what is added to four parameters and keeps its state with `state[tensor(j) + i]`.
@group(1) @binding(0) var<storage, read_write> parameters: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read> gradients: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read_write> state: array<vec4<f32>>; // its tensors, consecutive
@group(1) @binding(3) var<storage, read_write> flags: array<atomic<u32>>;
@group(1) @binding(4) var<storage, read> blocks: array<vec2<u32>>; // of 64 parameters: group, place of the factor
// 2 each: rate factor, decoupled decay, L2, L1; L2, L1 that are clipped.
@group(1) @binding(5) var<storage, read> groups: array<vec4<f32>>;
@group(1) @binding(6) var<storage, read> factors: array<f32>;      // what clips the norm of gradients

override grouped: bool = false; // whether there are blocks and groups
override clipped: bool = false; // whether there are factors
override accumulating: bool = false; // whether gradients are summed over several steps
override sum_tensor: u32 = 0u;       // in which tensor of the state
override averaging: bool = false;    // whether parameters are averaged, in the state's last tensor

// Where the state's tensor number j begins, for this replica.
var<private> state0: u32;
fn tensor(j: u32) -> u32 {
    return state0 + j * (p.count / 4u);
}

// Averages the parameters at this place.
fn settle(at: u32, i: u32) {
    let weight = scalar(AVERAGE);
    if !averaging || weight == 0.0 {
        return;
    }
    let theta = parameters[at];
    let last = tensor(p.states - 1u) + i;
    let average = state[last] + weight * (theta - state[last]);
    state[last] = average;
    if scalar(OVERWRITE) > 0.0 {
        parameters[at] = average;
    }
}

@compute @workgroup_size(WIDTH)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) workgroups: vec3<u32>) {
    let parameters0 = id.z * p.parameters_stride / 4u;
    let groups0 = id.z * p.groups_stride / 4u;
    state0 = id.z * p.state_stride / 4u;
    var exponents = false;
    for (var i = id.x; i < p.items; i += workgroups.x * WIDTH) {
        var g = gradients[id.z * p.gradients_stride / 4u + i];
        // NaN and infinity by their bits: a shader may assume that they do not occur.
        exponents = exponents || any((bitcast<vec4<u32>>(g) & vec4<u32>(0x7f800000u)) == vec4<u32>(0x7f800000u));
        if accumulating {
            let at = tensor(sum_tensor) + i;
            g = state[at] + scalar(SHARE) * g;
            let idle = scalar(IDLE) > 0.0;
            state[at] = select(vec4<f32>(0.0), g, idle);
            if idle {
                settle(parameters0 + i, i);
                continue;
            }
        }
        var theta = parameters[parameters0 + i];
        if grouped {
            let block = blocks[id.z * p.blocks_stride / 2u + i / 16u];
            let group = groups[groups0 + 2u * block.x];
            let within = groups[groups0 + 2u * block.x + 1u];
            let limit = scalar(LIMIT);
            g += within.x * theta + within.y * sign(theta);
            if clipped {
                g *= factors[id.z * p.factors_stride + block.y];
            } else if limit > 0.0 {
                g = clamp(g, vec4<f32>(-limit), vec4<f32>(limit));
            }
            g += group.z * theta + group.w * sign(theta);
            let change = update(g, i);
            theta = theta - (scalar(LEARNING_RATE) * group.x * group.y) * theta + group.x * change;
        } else {
            theta += update(g, i);
        }
        parameters[parameters0 + i] = theta;
        settle(parameters0 + i, i);
    }
    if exponents {
        // Or is the same in any order.
        atomicOr(&flags[id.z * p.flags_stride + step.slot], 1u);
    }
}
