// The negative log-likelihood of a Bernoulli distribution with probability sigmoid(x): log(1 + e^x) - t x.

// log(1 + e) for e in [0, 1]; the series where 1 + e would round e away.
fn log1p(e: f32) -> f32 {
    return select(log(1.0 + e), e * (1.0 - e * (0.5 - e * (1.0 / 3.0 - e * 0.25))), e < 0.01);
}

fn value(x: f32, t: f32) -> vec2<f32> {
    // e^-|x| cannot overflow, as e^x could.
    let e = exp(-abs(x));
    let sigmoid = select(e, 1.0, x >= 0.0) / (1.0 + e);
    return vec2<f32>(max(x, 0.0) - t * x + log1p(e), sigmoid - t);
}
