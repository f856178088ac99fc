// A product of two matrices of which neither lies in memory as such: `left` and `right` say what stands
// where, `store` takes the result. A workgroup computes 16·TALL rows by 64 columns, a thread TALL by 4;
// 16 terms at a time pass through workgroup memory. For real GPUs.
const TERMS = 16u;
var<workgroup> lefts: array<f32, 16u * 16u * TALL>; // [term][row]
var<workgroup> rights: array<vec4<f32>, 16u * 16u>; // [term][column]

@compute @workgroup_size(256)
fn main(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let height = 16u * TALL;
    let row_tiles = (rows() + height - 1u) / height;
    for (var y = group.y; y < row_tiles * parts(); y += groups.y) {
        let part = y / row_tiles;
        for (var x = group.x; x < (columns() + 63u) / 64u; x += groups.x) {
            tile(group.z, part, y % row_tiles * height, x * 64u, thread);
        }
    }
}

fn tile(replica: u32, part: u32, row0: u32, column0: u32, thread: u32) {
    let height = 16u * TALL;
    let terms = depth(part);
    // Neighbouring threads load neighbouring terms on the left, neighbouring columns on the right.
    let load_column = min(column0 + thread % 64u, columns() - 1u);
    let load_place = column(part, load_column);
    var sums: array<vec4<f32>, TALL>;
    for (var i = 0u; i < TALL; i++) {
        sums[i] = vec4<f32>(0.0);
    }
    for (var k0 = 0u; k0 < terms; k0 += TERMS) {
        for (var i = 0u; i < TALL; i++) {
            let row = thread / 16u + 16u * i;
            let k = k0 + thread % 16u;
            var value = 0.0;
            if k < terms && row0 + row < rows() {
                value = left(replica, part, row0 + row, k);
            }
            lefts[thread % 16u * height + row] = value;
        }
        for (var i = 0u; i < 4u; i++) {
            let k = k0 + thread / 64u + 4u * i;
            var value = 0.0;
            if k < terms {
                value = right(replica, part, k, load_place);
            }
            rights[(thread / 64u + 4u * i) * 16u + thread % 64u / 4u][thread % 4u] = value;
        }
        workgroupBarrier();
        for (var k = 0u; k < TERMS; k++) {
            let r = rights[k * 16u + thread % 16u];
            for (var i = 0u; i < TALL; i++) {
                sums[i] += lefts[k * height + thread / 16u * TALL + i] * r;
            }
        }
        workgroupBarrier();
    }
    for (var i = 0u; i < TALL; i++) {
        let row = row0 + thread / 16u * TALL + i;
        for (var j = 0u; j < 4u; j++) {
            let number = column0 + thread % 16u * 4u + j;
            if row < rows() && number < columns() {
                store(replica, part, row, number, sums[i][j]);
            }
        }
    }
}
