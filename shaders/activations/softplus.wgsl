// log(1 + e^x) = max(x, 0) + log(1 + e^-|x|), where nothing overflows; series where 1 + e would
// round e away, and where 1 - e^-y would cancel.
fn forward(x: f32) -> f32 {
    let e = exp(-abs(x));
    let log1p = select(log(1.0 + e), e * (1.0 - e * (0.5 - e * (1.0 / 3.0 - e * 0.25))), e < 0.01);
    return max(x, 0.0) + log1p;
}

fn derivative(y: f32) -> f32 {
    let near = y * (1.0 - y / 2.0 * (1.0 - y / 3.0 * (1.0 - y / 4.0 * (1.0 - y / 5.0))));
    return select(1.0 - exp(-y), near, y < 0.1);
}
