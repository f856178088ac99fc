// Adam (Kingma and Ba, 2014). Scalars: −α with the correction of s, the correction of r, β₁, 1−β₁, β₂,
// 1−β₂, ε outside the root, ε inside.
override amsgrad: bool = false;

fn update(g: vec4<f32>, i: u32) -> vec4<f32> {
    let s = scalar(2u) * state[tensor(0u) + i] + scalar(3u) * g;
    let r = scalar(4u) * state[tensor(1u) + i] + scalar(5u) * g * g;
    state[tensor(0u) + i] = s;
    state[tensor(1u) + i] = r;
    var divisor = r;
    if amsgrad {
        divisor = max(divisor, state[tensor(2u) + i]);
        state[tensor(2u) + i] = divisor;
    }
    return scalar(0u) * s / (sqrt(divisor * scalar(1u) + scalar(7u)) + scalar(6u));
}
