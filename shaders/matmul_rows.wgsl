// Matrix product for adapters that run on the CPU: one workgroup is one SIMD vector of 8 lanes and computes a
// tile of 16 rows x 64 (or 32) columns, the lanes side by side. No workgroup memory: a barrier costs more there than it
// saves.
//
// Such an adapter loads one number per lane and instruction whatever the address, so loads are what a product
// costs. Each lane therefore loads its own share of A and hands it to the others (subgroupBroadcast).
//
// A block is a mat4x4<f32> that holds one row of the block in each of its columns: block[i] is row i.

const TILE_ROWS = 16u;
const HALF = 32u; // each lane's second four columns, if it has any, lie this far from its first four

// c + a · b, where a is one row x 4 k, b is 4 k x 4 columns.
fn multiply_add_row(c: vec4<f32>, a: vec4<f32>, b: mat4x4<f32>) -> vec4<f32> {
    let first = fma(vec4<f32>(a.y), b[1], fma(vec4<f32>(a.x), b[0], c));
    return fma(vec4<f32>(a.w), b[3], fma(vec4<f32>(a.z), b[2], first));
}

// The same for 4 rows.
fn multiply_add(c: mat4x4<f32>, a: mat4x4<f32>, b: mat4x4<f32>) -> mat4x4<f32> {
    return mat4x4<f32>(
        multiply_add_row(c[0], a[0], b),
        multiply_add_row(c[1], a[1], b),
        multiply_add_row(c[2], a[2], b),
        multiply_add_row(c[3], a[3], b),
    );
}

// Rows k..k+4, columns column..column+4 of B.
fn b_block(k: u32, column: u32) -> mat4x4<f32> {
    if B_ALONG_K {
        return transpose(mat4x4<f32>(
            b_quad(column, k), b_quad(column + 1u, k), b_quad(column + 2u, k), b_quad(column + 3u, k)));
    }
    return mat4x4<f32>(b_quad(k, column), b_quad(k + 1u, column), b_quad(k + 2u, column), b_quad(k + 3u, column));
}

// Four blocks, one below the other: 16 rows.
struct Rows { rows0: mat4x4<f32>, rows4: mat4x4<f32>, rows8: mat4x4<f32>, rows12: mat4x4<f32> }

fn choose(i: u32, v0: vec4<f32>, v1: vec4<f32>, v2: vec4<f32>, v3: vec4<f32>) -> vec4<f32> {
    return select(select(v0, v1, i == 1u), select(v2, v3, i == 3u), i >= 2u);
}

// Row i of the 16 rows in four blocks. By selection, so that the accumulators may stay in registers.
fn row_of(i: u32, c0: mat4x4<f32>, c1: mat4x4<f32>, c2: mat4x4<f32>, c3: mat4x4<f32>) -> vec4<f32> {
    let q = i / 4u;
    return choose(i % 4u, choose(q, c0[0], c1[0], c2[0], c3[0]), choose(q, c0[1], c1[1], c2[1], c3[1]),
        choose(q, c0[2], c1[2], c2[2], c3[2]), choose(q, c0[3], c1[3], c2[3], c3[3]));
}

@compute @workgroup_size(8)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    size = p;
    replica = group.z;
    let tiles_across = (size.n + TILE_COLUMNS - 1u) / TILE_COLUMNS;
    let tile = tile_of(group.y * groups.x + group.x, tiles_across * ((size.m + TILE_ROWS - 1u) / TILE_ROWS));
    let row = tile / tiles_across * TILE_ROWS;
    let column = tile % tiles_across * TILE_COLUMNS + lane * 4u;

    // c_ij: rows row+4i.., columns column+HALF*j..
    var c00 = mat4x4<f32>(); var c01 = mat4x4<f32>();
    var c10 = mat4x4<f32>(); var c11 = mat4x4<f32>();
    var c20 = mat4x4<f32>(); var c21 = mat4x4<f32>();
    var c30 = mat4x4<f32>(); var c31 = mat4x4<f32>();
    for (var k = first_term(); k < end_term(); k += 4u) {
        let a = a_rows(row, k, lane);
        let b0 = b_block(k, column);
        c00 = multiply_add(c00, a.rows0, b0);
        c10 = multiply_add(c10, a.rows4, b0);
        c20 = multiply_add(c20, a.rows8, b0);
        c30 = multiply_add(c30, a.rows12, b0);
        if TILE_COLUMNS > HALF {
            let b1 = b_block(k, column + HALF);
            c01 = multiply_add(c01, a.rows0, b1);
            c11 = multiply_add(c11, a.rows4, b1);
            c21 = multiply_add(c21, a.rows8, b1);
            c31 = multiply_add(c31, a.rows12, b1);
        }
    }

    // A loop that the compiler cannot unroll: translating two stores instead of 32 halves the time to the first launch.
    for (var r = row; r < min(row + TILE_ROWS, size.m); r++) {
        store_quad(r, column, row_of(r - row, c00, c10, c20, c30));
        if TILE_COLUMNS > HALF {
            store_quad(r, column + HALF, row_of(r - row, c01, c11, c21, c31));
        }
    }
    if sums_rows {
        let sums = a_sums(lane); // of the rows row+4*lane.., in lanes 0 to 3
        if tile % tiles_across == 0u && lane < 4u {
            store_row_sums(row + lane * 4u, sums);
        }
    }
}
