// What conv_forward_rows.wgsl and conv_backward_input_rows.wgsl share: a workgroup takes ROWS rows at 8 times four
// neighbouring places of a line, `extents` of them in all.
@compute @workgroup_size(8)
fn main(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let e = extents();
    let fours = (e.z + 3u) / 4u;
    let count = p.batch * e.x * e.y * fours;
    let row_tiles = (rows() + ROWS - 1u) / ROWS;
    for (var y = group.y; y < row_tiles * parts(); y += groups.y) {
        for (var x = group.x * 8u; x < count; x += groups.x * 8u) {
            // All threads take part to the end, since they may load for each other.
            let at = place(min(x + thread, count - 1u), e.x, e.y, fours);
            rows_of(group.z, y / row_tiles, y % row_tiles * ROWS, at, thread, x + thread < count);
        }
    }
}

fn store_four(replica: u32, part: u32, row: u32, at: Place, sum: vec4<f32>, mine: bool) {
    if mine && row < rows() {
        for (var j = 0u; j < min(4u, extents().z - at.w * 4u); j++) {
            store_at(replica, part, row, Place(at.n, at.d, at.h, at.w * 4u + j), sum[j]);
        }
    }
}
