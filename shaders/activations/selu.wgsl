// λx above 0, λα(e^x - 1) below; near 0, where that would cancel, its series.
const SELU_SCALE = 1.05070098735548;
const SELU_BELOW = 1.75809934084738;

fn forward(x: f32) -> f32 {
    let below = min(x, 0.0);
    let near = below * (1.0 + below / 2.0 * (1.0 + below / 3.0 * (1.0 + below / 4.0 * (1.0 + below / 5.0))));
    return select(SELU_BELOW * select(exp(below) - 1.0, near, below > -0.1), SELU_SCALE * x, x > 0.0);
}

fn derivative(y: f32) -> f32 {
    return select(y + SELU_BELOW, SELU_SCALE, y > 0.0);
}
