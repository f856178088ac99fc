// AdaGrad (Duchi et al., 2011).
fn update(g: vec4<f32>, i: u32) -> vec4<f32> {
    let rate = scalar(0u);    // −α
    let outside = scalar(1u); // ε outside the root
    let inside = scalar(2u);
    let r = state[tensor(0u) + i] + g * g;
    state[tensor(0u) + i] = r;
    return rate * g / (sqrt(r + inside) + outside);
}
