// Adadelta (Zeiler, 2012).
fn update(g: vec4<f32>, i: u32) -> vec4<f32> {
    let rate = scalar(0u); // −α
    let rho = scalar(1u);
    let rest = scalar(2u); // 1 − ρ
    let epsilon = scalar(3u);
    let r = rho * state[tensor(0u) + i] + rest * g * g;
    let u = state[tensor(1u) + i];
    let delta = g * sqrt((u + epsilon) / (r + epsilon));
    state[tensor(0u) + i] = r;
    state[tensor(1u) + i] = rho * u + rest * delta * delta;
    return rate * delta;
}
