// max(0, x); the derivative at 0 is 0. NaN stays: a max that hid it would let training go on with
// weights that are none. A shader may assume that NaN does not occur, hence the bits.
fn forward(x: f32) -> f32 {
    return select(max(x, 0.0), x, (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u);
}

fn derivative(y: f32) -> f32 {
    return select(0.0, 1.0, y > 0.0);
}
