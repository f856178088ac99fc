// Four numbers of a row of c, stored at once.
fn store_quad(row: u32, column: u32, value: vec4<f32>) {
    store(row, column, value);
}
