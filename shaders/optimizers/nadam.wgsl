// Nadam (Dozat, 2016). Scalars: what s and g are multiplied by, −α included, the correction of r, β₁,
// 1−β₁, β₂, 1−β₂, ε outside the root, ε inside.
fn update(g: vec4<f32>, i: u32) -> vec4<f32> {
    let s = scalar(3u) * state[tensor(0u) + i] + scalar(4u) * g;
    let r = scalar(5u) * state[tensor(1u) + i] + scalar(6u) * g * g;
    state[tensor(0u) + i] = s;
    state[tensor(1u) + i] = r;
    return (scalar(0u) * s + scalar(1u) * g) / (sqrt(r * scalar(2u) + scalar(8u)) + scalar(7u));
}
