// x σ(√(8/π) (x + 0.044715 x³)), which is the tanh form without a tanh that may overflow. Beyond 15
// σ is 0 or 1 in f32, so x³ is taken of no more, and -∞ · 0 is 0. The derivative is of the input.
const GELU_SCALE = 1.59576912160573;

fn forward(x: f32) -> f32 {
    let c = clamp(x, -15.0, 15.0);
    let e = exp(-abs(GELU_SCALE * (c + 0.044715 * c * c * c)));
    return select(x * (select(e, 1.0, x >= 0.0) / (1.0 + e)), 0.0, x < -15.0);
}

fn derivative(x: f32) -> f32 {
    let c = clamp(x, -15.0, 15.0);
    let e = exp(-abs(GELU_SCALE * (c + 0.044715 * c * c * c)));
    let above = select(e, 1.0, x >= 0.0) / (1.0 + e);
    let below = select(1.0, e, x >= 0.0) / (1.0 + e);
    return above * (1.0 + c * below * GELU_SCALE * (1.0 + 0.134145 * c * c));
}
