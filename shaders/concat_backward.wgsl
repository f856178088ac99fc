// part[o, m, i] = whole[o, start + m, i]: one input of a concatenation gets its share of dy.
@group(1) @binding(0) var<storage, read> whole: array<f32>;      // [outer, total]
@group(1) @binding(1) var<storage, read_write> part: array<f32>; // [outer, length]

fn element(i: u32, z: u32) {
    let at = (i / p.length) * p.total + p.start + i % p.length;
    part[z * p.part_stride + i] = whole[z * p.whole_stride + at];
}
