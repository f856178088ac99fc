// max(0, x); the derivative at 0 is 0.
fn forward(x: f32) -> f32 {
    return max(x, 0.0);
}

fn derivative(y: f32) -> f32 {
    return select(0.0, 1.0, y > 0.0);
}
