// Momentum (Polyak, 1964): (into, out) is (−α, 1) or (1, −α).
fn update(g: vec4<f32>, i: u32) -> vec4<f32> {
    let beta = scalar(0u);
    let into = scalar(1u); // what g is multiplied by into the buffer
    let out = scalar(2u);  // and the buffer into the change
    let v = beta * state[tensor(0u) + i] + into * g;
    state[tensor(0u) + i] = v;
    return out * v;
}
