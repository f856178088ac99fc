// RMSProp (Tieleman and Hinton, 2012).
override centered: bool = false;
override accelerated: bool = false;

fn update(g: vec4<f32>, i: u32) -> vec4<f32> {
    let rho = scalar(0u);
    let rest = scalar(1u);    // 1 − ρ
    let outside = scalar(2u); // ε outside the root
    let inside = scalar(3u);
    let beta = scalar(4u);
    let into = scalar(5u);    // what the quotient is multiplied by into the buffer
    let out = scalar(6u);     // and the buffer into the change
    let r = rho * state[tensor(0u) + i] + rest * g * g;
    state[tensor(0u) + i] = r;
    var radicand = r;
    if centered {
        let m = rho * state[tensor(1u) + i] + rest * g;
        state[tensor(1u) + i] = m;
        radicand = max(r - m * m, vec4<f32>(0.0)); // rounding may make a variance of 0 negative
    }
    var change = into * g / (sqrt(radicand + inside) + outside);
    if accelerated {
        let v = tensor(select(1u, 2u, centered)) + i;
        change += beta * state[v];
        state[v] = change;
    }
    return out * change;
}
