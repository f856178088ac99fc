// RMSProp (Tieleman and Hinton, 2012). Scalars: ρ, 1−ρ, ε outside the root, ε inside, β, what the
// quotient is multiplied by into the buffer, and the buffer into the change.
override centered: bool = false;
override accelerated: bool = false;

fn update(g: vec4<f32>, i: u32) -> vec4<f32> {
    let r = scalar(0u) * state[tensor(0u) + i] + scalar(1u) * g * g;
    state[tensor(0u) + i] = r;
    var radicand = r;
    if centered {
        let m = scalar(0u) * state[tensor(1u) + i] + scalar(1u) * g;
        state[tensor(1u) + i] = m;
        radicand = max(r - m * m, vec4<f32>(0.0)); // rounding may make a variance of 0 negative
    }
    var change = scalar(5u) * g / (sqrt(radicand + scalar(3u)) + scalar(2u));
    if accelerated {
        let v = tensor(select(1u, 2u, centered)) + i;
        change += scalar(4u) * state[v];
        state[v] = change;
    }
    return scalar(6u) * change;
}
