// x / (1 + e^-x); the derivative is of the input. e^-|x| cannot overflow; beyond 200 it is 0 in f32, but
// its product with an infinity is not.
fn forward(x: f32) -> f32 {
    let e = exp(-abs(x));
    return select(x * (select(e, 1.0, x >= 0.0) / (1.0 + e)), 0.0, x < -200.0);
}

fn derivative(x: f32) -> f32 {
    let e = exp(-abs(x));
    let above = select(e, 1.0, x >= 0.0) / (1.0 + e);
    let below = select(1.0, e, x >= 0.0) / (1.0 + e);
    return above * (1.0 + clamp(x, -200.0, 200.0) * below);
}
