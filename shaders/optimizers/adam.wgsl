// Adam (Kingma and Ba, 2014).
override amsgrad: bool = false;

fn update(g: vec4<f32>, i: u32) -> vec4<f32> {
    let rate = scalar(0u);       // −α with the correction of s
    let correction = scalar(1u); // of r
    let beta1 = scalar(2u);
    let rest1 = scalar(3u);      // 1 − β₁
    let beta2 = scalar(4u);
    let rest2 = scalar(5u);      // 1 − β₂
    let outside = scalar(6u);    // ε outside the root
    let inside = scalar(7u);
    let s = beta1 * state[tensor(0u) + i] + rest1 * g;
    let r = beta2 * state[tensor(1u) + i] + rest2 * g * g;
    state[tensor(0u) + i] = s;
    state[tensor(1u) + i] = r;
    var divisor = r;
    if amsgrad {
        divisor = max(divisor, state[tensor(2u) + i]);
        state[tensor(2u) + i] = divisor;
    }
    return rate * s / (sqrt(divisor * correction + inside) + outside);
}
