// The batch of pictures as in gather_bytes, each moved, mirrored and covered at random: a new draw for
// every (seed, step, row of the batch). A workgroup takes a row, or a part of a long
// one, so that its threads draw alike.
@group(1) @binding(0) var<storage, read> data: array<u32>;            // [examples, features]
@group(1) @binding(1) var<storage, read> order: array<u32>;
@group(1) @binding(2) var<storage, read> affine: array<f32>;  // (scale, offset) of each plane
@group(1) @binding(3) var<storage, read_write> x: array<f32>; // [rows, features]

// An integer in 0..count from the upper 16 bits; count is below 65,536.
fn below(bits: u32, count: u32) -> u32 {
    return ((bits >> 16u) * count) >> 16u;
}

@compute @workgroup_size(256)
fn main(
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let data0 = group.z * p.data_stride;
    let order0 = group.z * p.order_stride;
    let affine0 = group.z * p.affine_stride;
    let height = p.plane / p.width;
    let key = threefry(step.seed, vec2<u32>(p.stream, group.z));
    for (var row = group.x; row < p.rows; row += groups.x) {
        let x0 = group.z * p.x_stride + row * p.features;
        if row >= step.rows {
            for (var feature = group.y * 256u + lane; feature < p.features; feature += groups.y * 256u) {
                x[x0 + feature] = 0.0;
            }
            continue;
        }
        let moved = threefry(key, vec2<u32>(step.index, 3u * row));
        let top = below(moved.x, 2u * p.crop + 1u);
        let left = below(moved.y, 2u * p.crop + 1u);
        let mirrored = (threefry(key, vec2<u32>(step.index, 3u * row + 1u)).x >> 31u) * p.flip == 1u;
        let hidden = threefry(key, vec2<u32>(step.index, 3u * row + 2u));
        let centre = vec2<u32>(below(hidden.x, height), below(hidden.y, p.width));
        let picture = order[order0 + step.first + row] * p.features;
        for (var feature = group.y * 256u + lane; feature < p.features; feature += groups.y * 256u) {
            let channel = feature / p.plane;
            let across = feature % p.width;
            let at = vec2<u32>((feature % p.plane) / p.width, across);
            // Where the pixel lies in the padded picture, whose own begins at (crop, crop).
            let from_y = at.x + top;
            let from_x = select(across, p.width - 1u - across, mirrored) + left;
            var pixel = 0.0;
            if from_y >= p.crop && from_y < p.crop + height && from_x >= p.crop && from_x < p.crop + p.width {
                let byte = picture + channel * p.plane + (from_y - p.crop) * p.width + from_x - p.crop;
                pixel = f32((data[data0 + (byte >> 2u)] >> (8u * (byte & 3u))) & 255u);
            }
            let edge = at + p.cutout / 2u;
            let covered = all(edge >= centre) && all(edge < centre + p.cutout);
            let affine1 = affine0 + 2u * channel;
            x[x0 + feature] = select(pixel * affine[affine1] + affine[affine1 + 1u], 0.0, covered);
        }
    }
}
