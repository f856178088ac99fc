// Four numbers of a row of c, stored one by one.
fn store_quad(row: u32, column: u32, value: vec4<f32>) {
    store(row, column, value.x);
    store(row, column + 1u, value.y);
    store(row, column + 2u, value.z);
    store(row, column + 3u, value.w);
}
