// Adadelta (Zeiler, 2012). Scalars: −α, ρ, 1−ρ, ε.
fn update(g: vec4<f32>, i: u32) -> vec4<f32> {
    let r = scalar(1u) * state[tensor(0u) + i] + scalar(2u) * g * g;
    let u = state[tensor(1u) + i];
    let delta = g * sqrt((u + scalar(3u)) / (r + scalar(3u)));
    state[tensor(0u) + i] = r;
    state[tensor(1u) + i] = scalar(1u) * u + scalar(2u) * delta * delta;
    return scalar(0u) * delta;
}
