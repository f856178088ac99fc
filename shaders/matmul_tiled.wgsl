// Matrix product for GPUs: a workgroup computes a tile of C from tiles of A and B in workgroup memory, and each thread
// CHUNKS x CHUNKS blocks of 4 x 4 in registers.
//
// Both tiles lie K-major: a_tile[k][rows], b_tile[k][columns], so that the inner loop reads vec4s side by side. Each
// thread loads one 4 x 4 block, the first half of the threads from A, the second from B: per step of TILE_K = 16
// there are as many blocks as threads, for TILE = 128 with 256 threads and for TILE = 32 with 64 threads.
// A thread's second chunk lies TILE/2 from its first, hence no two threads meet in one memory bank.

const TILE_K = 16u;
const QUADS = TILE / 4u;        // vec4s across a tile
const PITCH = QUADS + 1u;       // and one more, so that transposed stores spread over the banks
const ACROSS = QUADS / CHUNKS;  // threads across a tile
const LOADERS = QUADS * TILE_K / 4u; // threads that load A, and as many that load B

var<workgroup> a_tile: array<vec4<f32>, TILE_K * PITCH>;
var<workgroup> b_tile: array<vec4<f32>, TILE_K * PITCH>;

// c + the outer product of four rows of A and four columns of B; c[i] is row i.
fn outer_add(c: mat4x4<f32>, a: vec4<f32>, b: vec4<f32>) -> mat4x4<f32> {
    return mat4x4<f32>(
        fma(vec4<f32>(a.x), b, c[0]),
        fma(vec4<f32>(a.y), b, c[1]),
        fma(vec4<f32>(a.z), b, c[2]),
        fma(vec4<f32>(a.w), b, c[3]),
    );
}

// Which 4 x 4 block of a tile a loading thread takes: x counts along K, y along the tile's rows or columns.
// Neighbours read neighbouring addresses.
fn block_of(thread: u32, along_k: bool) -> vec2<u32> {
    if along_k {
        return vec2<u32>(thread % (TILE_K / 4u), thread / (TILE_K / 4u));
    }
    return vec2<u32>(thread / QUADS, thread % QUADS);
}

// block[t]: four rows of A at k + t.
fn a_block(row: u32, k: u32) -> mat4x4<f32> {
    if A_ALONG_K {
        return transpose(mat4x4<f32>(a_quad(row, k), a_quad(row + 1u, k), a_quad(row + 2u, k), a_quad(row + 3u, k)));
    }
    return mat4x4<f32>(a_quad(k, row), a_quad(k + 1u, row), a_quad(k + 2u, row), a_quad(k + 3u, row));
}

// block[t]: four columns of B at k + t.
fn b_block(k: u32, column: u32) -> mat4x4<f32> {
    if B_ALONG_K {
        return transpose(mat4x4<f32>(
            b_quad(column, k), b_quad(column + 1u, k), b_quad(column + 2u, k), b_quad(column + 3u, k)));
    }
    return mat4x4<f32>(b_quad(k, column), b_quad(k + 1u, column), b_quad(k + 2u, column), b_quad(k + 3u, column));
}

fn store_block(row: u32, column: u32, c: mat4x4<f32>) {
    store_quad(row, column, c[0]);
    store_quad(row + 1u, column, c[1]);
    store_quad(row + 2u, column, c[2]);
    store_quad(row + 3u, column, c[3]);
}

@compute @workgroup_size(2u * LOADERS)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    size = p;
    replica = group.z;
    let tiles_across = (size.n + TILE - 1u) / TILE;
    let tile = tile_of(group.y * groups.x + group.x, tiles_across * ((size.m + TILE - 1u) / TILE));
    let row = tile / tiles_across * TILE;
    let column = tile % tiles_across * TILE;
    let loads_a = thread < LOADERS;
    let a_at = block_of(thread % LOADERS, A_ALONG_K);
    let b_at = block_of(thread % LOADERS, B_ALONG_K);
    let x = thread % ACROSS;
    let y = thread / ACROSS;

    // c_ij: rows row+4y+TILE/2*i.., columns column+4x+TILE/2*j..
    var c00 = mat4x4<f32>();
    var c01 = mat4x4<f32>();
    var c10 = mat4x4<f32>();
    var c11 = mat4x4<f32>();
    var sums = vec4<f32>(); // of the four rows of A that this thread loads
    for (var k = first_term(); k < end_term(); k += TILE_K) {
        if loads_a {
            let block = a_block(row + a_at.y * 4u, k + a_at.x * 4u);
            let at = a_at.x * 4u * PITCH + a_at.y;
            a_tile[at] = block[0];
            a_tile[at + PITCH] = block[1];
            a_tile[at + 2u * PITCH] = block[2];
            a_tile[at + 3u * PITCH] = block[3];
            if sums_rows {
                sums += block[0] + block[1] + block[2] + block[3];
            }
        } else {
            let block = b_block(k + b_at.x * 4u, column + b_at.y * 4u);
            let at = b_at.x * 4u * PITCH + b_at.y;
            b_tile[at] = block[0];
            b_tile[at + PITCH] = block[1];
            b_tile[at + 2u * PITCH] = block[2];
            b_tile[at + 3u * PITCH] = block[3];
        }
        workgroupBarrier();
        for (var t = 0u; t < TILE_K; t++) {
            let a0 = a_tile[t * PITCH + y];
            let b0 = b_tile[t * PITCH + x];
            c00 = outer_add(c00, a0, b0);
            if CHUNKS == 2u {
                let a1 = a_tile[t * PITCH + y + ACROSS];
                let b1 = b_tile[t * PITCH + x + ACROSS];
                c01 = outer_add(c01, a0, b1);
                c10 = outer_add(c10, a1, b0);
                c11 = outer_add(c11, a1, b1);
            }
        }
        workgroupBarrier();
    }

    store_block(row + y * 4u, column + x * 4u, c00);
    if CHUNKS == 2u {
        store_block(row + y * 4u, column + x * 4u + TILE / 2u, c01);
        store_block(row + y * 4u + TILE / 2u, column + x * 4u, c10);
        store_block(row + y * 4u + TILE / 2u, column + x * 4u + TILE / 2u, c11);
    }

    if sums_rows {
        // Each row's sum is in TILE_K / 4 = 4 threads, one for each k modulo 16 by fours; the first adds them in order.
        if loads_a {
            a_tile[a_at.x * PITCH + a_at.y] = sums;
        }
        workgroupBarrier();
        if column == 0u && thread < QUADS {
            let first = a_tile[thread] + a_tile[PITCH + thread];
            let total = first + a_tile[2u * PITCH + thread] + a_tile[3u * PITCH + thread];
            store_row_sums(row + thread * 4u, total);
        }
    }
}
