// part[o, m, i] = whole[o, start + m, i]: one input of a concatenation gets its share of dy.
struct Params {
    outer: u32,  // rows of the batch times extents before the axis
    length: u32, // elements of the part behind each: extents from the axis on
    start: u32,  // where the part begins among those of the whole
    total: u32,  // elements of the whole behind each
    whole_stride: u32,
    part_stride: u32,
}
@group(1) @binding(0) var<storage, read> whole: array<f32>;      // [outer, total]
@group(1) @binding(1) var<storage, read_write> part: array<f32>; // [outer, length]
@group(1) @binding(2) var<uniform> p: Params;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let whole0 = id.z * p.whole_stride;
    let part0 = id.z * p.part_stride;
    for (var i = id.x; i < p.outer * p.length; i += groups.x * 256u) {
        part[part0 + i] = whole[whole0 + (i / p.length) * p.total + p.start + i % p.length];
    }
}
