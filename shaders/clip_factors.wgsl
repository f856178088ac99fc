// factors[s] = limit / max(limit, √Σ squares + epsilon), or 1 without a limit, over the blocks of segment s: a workgroup takes a
// segment; every thread sums its blocks in order, then the sums meet in a tree of fixed shape.
struct Params {
    segments: u32,
    blocks: u32, // of the longest
    squares_stride: u32,
    segments_stride: u32,
    factors_stride: u32,
}
@group(1) @binding(0) var<storage, read> squares: array<f32>;
@group(1) @binding(1) var<storage, read> segments: array<vec2<u32>>; // first block, the one behind the last
@group(1) @binding(2) var<storage, read_write> factors: array<f32>;
@group(1) @binding(3) var<uniform> p: Params;

const LIMIT: u32 = 12u; // its place among the step's scalars
const EPSILON: u32 = 9u;

var<private> first: u32;

fn term(block: u32) -> vec2<f32> {
    return vec2<f32>(squares[first + block], 0.0);
}

@compute @workgroup_size(THREADS)
fn main(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let s = group.y * groups.x + group.x;
    if s >= p.segments {
        return;
    }
    let segment = segments[group.z * p.segments_stride / 2u + s];
    first = group.z * p.squares_stride + segment.x;
    let sum = sum_terms(thread, max(segment.y, segment.x) - segment.x).x;
    if thread == 0u {
        let limit = step.scalars[LIMIT / 4u][LIMIT % 4u];
        var factor = 1.0;
        if limit > 0.0 {
            factor = limit / max(sqrt(sum) + step.scalars[EPSILON / 4u][EPSILON % 4u], limit);
        }
        factors[group.z * p.factors_stride + s] = factor;
    }
}
