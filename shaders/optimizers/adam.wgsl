// Adam (Kingma and Ba, 2014). Scalars: α/(1−β₁ᵗ), 1/(1−β₂ᵗ), β₁, 1−β₁, β₂, 1−β₂, ε outside the root,
// ε inside.
fn update(p: vec4<f32>, g: vec4<f32>, i: u32) -> vec4<f32> {
    let s = scalar(2u) * state[tensor(0u) + i] + scalar(3u) * g;
    let r = scalar(4u) * state[tensor(1u) + i] + scalar(5u) * g * g;
    state[tensor(0u) + i] = s;
    state[tensor(1u) + i] = r;
    return p - scalar(0u) * s / (sqrt(r * scalar(1u) + scalar(7u)) + scalar(6u));
}
