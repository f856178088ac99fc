// x above 0, e^x - 1 below; near 0, where that would cancel, its series.
fn forward(x: f32) -> f32 {
    let near = x * (1.0 + x / 2.0 * (1.0 + x / 3.0 * (1.0 + x / 4.0 * (1.0 + x / 5.0))));
    return select(select(exp(x) - 1.0, near, x > -0.1), x, x > 0.0);
}

fn derivative(y: f32) -> f32 {
    return select(y + 1.0, 1.0, y > 0.0);
}
