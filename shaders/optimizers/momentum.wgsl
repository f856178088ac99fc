// Momentum (Polyak, 1964). Scalars: β, what g is multiplied by into the buffer, and the buffer
// into the change: (−α, 1) or (1, −α).
fn update(g: vec4<f32>, i: u32) -> vec4<f32> {
    let v = scalar(0u) * state[tensor(0u) + i] + scalar(1u) * g;
    state[tensor(0u) + i] = v;
    return scalar(2u) * v;
}
