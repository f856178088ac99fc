// Stochastic gradient descent.
fn update(g: vec4<f32>, i: u32) -> vec4<f32> {
    let rate = scalar(0u); // −α
    return rate * g;
}
