// How `matmul_rows` loads A where a subgroup is the whole workgroup of 8 lanes: every number once, then broadcast.

// Of a stored [k, m] A: what this lane loaded of the rows row+4*(lane%4).., summed over its k.
var<private> sums: vec4<f32>;

// Rows row..row+16, columns k..k+4 of A, two quads from each lane.
fn a_rows(row: u32, k: u32, lane: u32) -> Rows {
    if A_ALONG_K {
        let u = a_quad(row + lane, k);
        let v = a_quad(row + 8u + lane, k);
        return Rows(
            mat4x4<f32>(
                subgroupBroadcast(u, 0u), subgroupBroadcast(u, 1u),
                subgroupBroadcast(u, 2u), subgroupBroadcast(u, 3u)),
            mat4x4<f32>(
                subgroupBroadcast(u, 4u), subgroupBroadcast(u, 5u),
                subgroupBroadcast(u, 6u), subgroupBroadcast(u, 7u)),
            mat4x4<f32>(
                subgroupBroadcast(v, 0u), subgroupBroadcast(v, 1u),
                subgroupBroadcast(v, 2u), subgroupBroadcast(v, 3u)),
            mat4x4<f32>(
                subgroupBroadcast(v, 4u), subgroupBroadcast(v, 5u),
                subgroupBroadcast(v, 6u), subgroupBroadcast(v, 7u)),
        );
    }
    // A is stored [k, m]: four lanes side by side hold 16 rows of one k, the other four those of the next.
    let u = a_quad(k + lane / 4u, row + lane % 4u * 4u);
    let v = a_quad(k + 2u + lane / 4u, row + lane % 4u * 4u);
    sums += u + v;
    return Rows(
        transpose(mat4x4<f32>(
            subgroupBroadcast(u, 0u), subgroupBroadcast(u, 4u), subgroupBroadcast(v, 0u), subgroupBroadcast(v, 4u))),
        transpose(mat4x4<f32>(
            subgroupBroadcast(u, 1u), subgroupBroadcast(u, 5u), subgroupBroadcast(v, 1u), subgroupBroadcast(v, 5u))),
        transpose(mat4x4<f32>(
            subgroupBroadcast(u, 2u), subgroupBroadcast(u, 6u), subgroupBroadcast(v, 2u), subgroupBroadcast(v, 6u))),
        transpose(mat4x4<f32>(
            subgroupBroadcast(u, 3u), subgroupBroadcast(u, 7u), subgroupBroadcast(v, 3u), subgroupBroadcast(v, 7u))),
    );
}

fn a_sums(lane: u32) -> vec4<f32> {
    return sums + subgroupShuffleDown(sums, 4u);
}
