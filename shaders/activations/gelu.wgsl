// x Φ(x), Φ(x) = erfc(-x/√2) / 2. WGSL has no erf: erfc by the Chebyshev fit of Press et al.,
// "Numerical recipes in C", 2nd edition, section 6.2, whose relative error is below 1.2e-7
// everywhere. Beyond 10 the tail is 0 in f32, and -∞ · 0 is 0. The derivative is of the input.
fn gelu_distribution(x: f32) -> f32 {
    let z = min(abs(x) * 0.70710678118654752, 10.0);
    let t = 1.0 / (1.0 + 0.5 * z);
    let low = -1.26551223 + t * (1.00002368 + t * (0.37409196 + t * (0.09678418 + t * -0.18628806)));
    let t2 = t * t;
    let high = 0.27886807 + t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277)));
    let tail = 0.5 * t * exp(-z * z + low + t2 * t2 * t * high);
    return select(tail, 1.0 - tail, x >= 0.0);
}

fn forward(x: f32) -> f32 {
    return select(x * gelu_distribution(x), 0.0, x < -15.0);
}

fn derivative(x: f32) -> f32 {
    let c = clamp(x, -20.0, 20.0);
    return gelu_distribution(x) + c * 0.398942280401433 * exp(-0.5 * c * c);
}
