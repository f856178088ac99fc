// squares[b] = Σ g² over the 64 gradients of block b: one thread sums a block in order. Neighbouring
// threads read 256 bytes apart, which the cache makes good; a workgroup that shared its loads would
// need barriers, which cost a software driver several times as much. Where gradients are accumulated,
// g is what the sum comes to with this batch; where penalties are clipped, theirs are in it.
struct Params {
    count: u32, // gradients, padding included: a multiple of 64
    sum_tensor: u32, // which tensor of the state is the sum
    gradients_stride: u32,
    state_stride: u32,
    parameters_stride: u32,
    blocks_stride: u32,
    groups_stride: u32,
    squares_stride: u32,
}
@group(1) @binding(0) var<storage, read> gradients: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read> state: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> parameters: array<vec4<f32>>;
@group(1) @binding(3) var<storage, read> blocks: array<vec2<u32>>; // of 64 parameters: group, place of the factor
@group(1) @binding(4) var<storage, read> groups: array<vec4<f32>>; // 2 each, as in optimizer.wgsl
@group(1) @binding(5) var<storage, read_write> squares: array<f32>;
@group(1) @binding(6) var<uniform> p: Params;

override accumulating: bool = false; // whether there is a sum
override penalized: bool = false; // whether there are parameters, blocks and groups

const SHARE: u32 = 14u; // its place among the step's scalars

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) workgroups: vec3<u32>) {
    let gradients0 = id.z * p.gradients_stride / 4u;
    let sum0 = id.z * p.state_stride / 4u + p.sum_tensor * (p.count / 4u);
    let squares0 = id.z * p.squares_stride;
    for (var block = id.x; block < p.count / 64u; block += workgroups.x * 256u) {
        var sums = vec4<f32>(0.0);
        var within = vec4<f32>(0.0); // L2, L1
        if penalized {
            let group = blocks[id.z * p.blocks_stride / 2u + block].x;
            within = groups[id.z * p.groups_stride / 4u + 2u * group + 1u];
        }
        for (var k = 0u; k < 16u; k += 1u) {
            var g = gradients[gradients0 + 16u * block + k];
            if accumulating {
                g = state[sum0 + 16u * block + k] + step.scalars[SHARE / 4u][SHARE % 4u] * g;
            }
            if penalized {
                let theta = parameters[id.z * p.parameters_stride / 4u + 16u * block + k];
                g += within.x * theta + within.y * sign(theta);
            }
            sums += g * g;
        }
        squares[squares0 + block] = (sums.x + sums.y) + (sums.z + sums.w);
    }
}
