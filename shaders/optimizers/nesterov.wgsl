// Nesterov's accelerated gradient, its stored parameters shifted by β v. Scalars: as momentum's.
fn update(g: vec4<f32>, i: u32) -> vec4<f32> {
    let v = scalar(0u) * state[tensor(0u) + i] + scalar(1u) * g;
    state[tensor(0u) + i] = v;
    return scalar(2u) * (scalar(0u) * v + scalar(1u) * g);
}
