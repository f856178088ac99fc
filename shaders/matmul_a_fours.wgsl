// A four numbers at a time, where stored rows are a multiple of 4 long.
alias A = vec4<f32>;
const A_WIDE = 4u;

fn a_quad(row: u32, column: u32) -> vec4<f32> {
    return select(vec4<f32>(), a[a_place(row, column)], is_term(select(row, column, A_ALONG_K)));
}
