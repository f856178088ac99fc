// A four numbers at a time as two 64-bit integers: where a load costs per component, half as many.
alias A = vec2<u64>;
const A_WIDE = 4u;

fn a_quad(row: u32, column: u32) -> vec4<f32> {
    let pairs = a[a_place(row, column)];
    let words = vec4<u32>(u32(pairs.x), u32(pairs.x >> 32u), u32(pairs.y), u32(pairs.y >> 32u));
    return select(vec4<f32>(), bitcast<vec4<f32>>(words), is_term(select(row, column, A_ALONG_K)));
}
