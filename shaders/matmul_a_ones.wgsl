// A as single numbers, whatever the length of its stored rows.
alias A = f32;
const A_WIDE = 1u;

fn a_one(row: u32, column: u32) -> f32 {
    return select(0.0, a[a_place(row, column)], is_term(select(row, column, A_ALONG_K)));
}

fn a_quad(row: u32, column: u32) -> vec4<f32> {
    return vec4<f32>(a_one(row, column), a_one(row, column + 1u), a_one(row, column + 2u), a_one(row, column + 3u));
}
