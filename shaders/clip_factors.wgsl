// factors[s] = limit / max(limit, √Σ squares + epsilon), or 1 without a limit, over the blocks of segment s: a workgroup
// takes a segment; every thread sums its blocks in order, then the sums meet in a tree of fixed shape.
@group(1) @binding(0) var<storage, read> squares: array<f32>;
@group(1) @binding(1) var<storage, read> segments: array<vec2<u32>>; // first block, the one behind the last
@group(1) @binding(2) var<storage, read_write> factors: array<f32>;

var<private> first: u32;

fn term(block: u32) -> vec2<f32> {
    return vec2<f32>(squares[first + block], 0.0);
}

fn item(s: u32, lane: u32, z: u32) {
    let segment = segments[z * p.segments_stride / 2u + s];
    first = z * p.squares_stride + segment.x;
    let sum = sum_terms(lane, max(segment.y, segment.x) - segment.x).x;
    if lane == 0u {
        let limit = scalar(LIMIT);
        var factor = 1.0;
        if limit > 0.0 {
            factor = limit / max(sqrt(sum) + scalar(NORM_EPSILON), limit);
        }
        factors[z * p.factors_stride + s] = factor;
    }
}
