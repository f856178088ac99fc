// B as single numbers, whatever the length of its stored rows.
alias B = f32;
const B_WIDE = 1u;

fn b_one(row: u32, column: u32) -> f32 {
    return select(0.0, b[b_place(row, column)], is_term(select(row, column, B_ALONG_K)));
}

fn b_quad(row: u32, column: u32) -> vec4<f32> {
    return vec4<f32>(b_one(row, column), b_one(row, column + 1u), b_one(row, column + 2u), b_one(row, column + 3u));
}
