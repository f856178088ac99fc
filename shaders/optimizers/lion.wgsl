// Lion (Chen et al., 2023).
fn update(g: vec4<f32>, i: u32) -> vec4<f32> {
    let rate = scalar(0u);  // −α
    let beta1 = scalar(1u);
    let rest1 = scalar(2u); // 1 − β₁
    let beta2 = scalar(3u);
    let rest2 = scalar(4u); // 1 − β₂
    let m = state[tensor(0u) + i];
    state[tensor(0u) + i] = beta2 * m + rest2 * g;
    return rate * sign(beta1 * m + rest1 * g);
}
