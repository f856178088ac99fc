// Lion (Chen et al., 2023). Scalars: −α, β₁, 1−β₁, β₂, 1−β₂.
fn update(g: vec4<f32>, i: u32) -> vec4<f32> {
    let m = state[tensor(0u) + i];
    state[tensor(0u) + i] = scalar(3u) * m + scalar(4u) * g;
    return scalar(0u) * sign(scalar(1u) * m + scalar(2u) * g);
}
