// x / (1 + e^-x); the derivative is of the input. e^-|x| cannot overflow.
fn forward(x: f32) -> f32 {
    let e = exp(-abs(x));
    return x * (select(e, 1.0, x >= 0.0) / (1.0 + e));
}

fn derivative(x: f32) -> f32 {
    let e = exp(-abs(x));
    let above = select(e, 1.0, x >= 0.0) / (1.0 + e);
    let below = select(1.0, e, x >= 0.0) / (1.0 + e);
    return above * (1.0 + x * below);
}
