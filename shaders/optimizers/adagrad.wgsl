// AdaGrad (Duchi et al., 2011). Scalars: −α, ε outside the root, ε inside.
fn update(g: vec4<f32>, i: u32) -> vec4<f32> {
    let r = state[tensor(0u) + i] + g * g;
    state[tensor(0u) + i] = r;
    return scalar(0u) * g / (sqrt(r + scalar(2u)) + scalar(1u));
}
