// Nesterov's accelerated gradient, its stored parameters shifted by β v; numbers as momentum's.
fn update(g: vec4<f32>, i: u32) -> vec4<f32> {
    let beta = scalar(0u);
    let into = scalar(1u);
    let out = scalar(2u);
    let v = beta * state[tensor(0u) + i] + into * g;
    state[tensor(0u) + i] = v;
    return out * (beta * v + into * g);
}
