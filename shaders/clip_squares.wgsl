// squares[b] = Σ g² over the 64 gradients of block b: one thread sums a block in order. Neighbouring
// threads read 256 bytes apart, which the cache makes good; a workgroup that shared its loads would
// need barriers, which cost a software driver several times as much. Where gradients are accumulated,
// g is what the sum comes to with this batch; where penalties are clipped, theirs are in it.
@group(1) @binding(0) var<storage, read> gradients: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read> state: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> parameters: array<vec4<f32>>;
@group(1) @binding(3) var<storage, read> blocks: array<vec2<u32>>; // of 64 parameters: group, place of the factor
@group(1) @binding(4) var<storage, read> groups: array<vec4<f32>>; // 2 each, as in optimizer.wgsl
@group(1) @binding(5) var<storage, read_write> squares: array<f32>;

override accumulating: bool = false; // whether there is a sum
override penalized: bool = false; // whether there are parameters, blocks and groups

fn element(block: u32, z: u32) {
    let gradients0 = z * p.gradients_stride / 4u + 16u * block;
    let sum0 = z * p.state_stride / 4u + p.sum_tensor * (p.count / 4u) + 16u * block;
    let parameters0 = z * p.parameters_stride / 4u + 16u * block;
    var within = vec4<f32>(0.0); // L2, L1
    if penalized {
        let group = blocks[z * p.blocks_stride / 2u + block].x;
        within = groups[z * p.groups_stride / 4u + 2u * group + 1u];
    }
    var sums = vec4<f32>(0.0);
    for (var k = 0u; k < 16u; k++) {
        var g = gradients[gradients0 + k];
        if accumulating {
            g = state[sum0 + k] + scalar(SHARE) * g;
        }
        if penalized {
            let theta = parameters[parameters0 + k];
            g += within.x * theta + within.y * sign(theta);
        }
        sums += g * g;
    }
    squares[z * p.squares_stride + block] = (sums.x + sums.y) + (sums.z + sums.w);
}
