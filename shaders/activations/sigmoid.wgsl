// 1 / (1 + e^-x), without the infinity that e^-x would give for large negative x.
fn forward(x: f32) -> f32 {
    let e = exp(-abs(x));
    return select(e, 1.0, x >= 0.0) / (1.0 + e);
}

fn derivative(y: f32) -> f32 {
    return y * (1.0 - y);
}
