// How `matmul_rows` loads A where lanes cannot exchange values: every lane loads everything.

// Of a stored [k, m] A: the rows row+4*lane.., summed over k.
var<private> sums: vec4<f32>;

fn a_block(row: u32, k: u32) -> mat4x4<f32> {
    if A_ALONG_K {
        return mat4x4<f32>(a_quad(row, k), a_quad(row + 1u, k), a_quad(row + 2u, k), a_quad(row + 3u, k));
    }
    return transpose(mat4x4<f32>(a_quad(k, row), a_quad(k + 1u, row), a_quad(k + 2u, row), a_quad(k + 3u, row)));
}

fn sum_of(block: mat4x4<f32>) -> vec4<f32> {
    return block * vec4<f32>(1.0);
}

fn a_rows(row: u32, k: u32, lane: u32) -> Rows {
    let rows = Rows(a_block(row, k), a_block(row + 4u, k), a_block(row + 8u, k), a_block(row + 12u, k));
    if sums_rows {
        sums += choose(lane, sum_of(transpose(rows.rows0)), sum_of(transpose(rows.rows4)),
            sum_of(transpose(rows.rows8)), sum_of(transpose(rows.rows12)));
    }
    return rows;
}

fn a_sums(lane: u32) -> vec4<f32> {
    return sums;
}
