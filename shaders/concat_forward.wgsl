// whole[o, start + m, i] = part[o, m, i]: one input of a concatenation goes to its place.
@group(1) @binding(0) var<storage, read> part: array<f32>;        // [outer, length]
@group(1) @binding(1) var<storage, read_write> whole: array<f32>; // [outer, total]

fn element(i: u32, z: u32) {
    let at = (i / p.length) * p.total + p.start + i % p.length;
    whole[z * p.whole_stride + at] = part[z * p.part_stride + i];
}
