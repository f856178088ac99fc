// B four numbers at a time, where stored rows are a multiple of 4 long.
alias B = vec4<f32>;
const B_WIDE = 4u;

fn b_quad(row: u32, column: u32) -> vec4<f32> {
    return select(vec4<f32>(), b[b_place(row, column)], is_term(select(row, column, B_ALONG_K)));
}
