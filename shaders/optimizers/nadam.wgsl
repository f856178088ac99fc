// Nadam (Dozat, 2016).
fn update(g: vec4<f32>, i: u32) -> vec4<f32> {
    let of_s = scalar(0u);       // what s is multiplied by, −α included
    let of_g = scalar(1u);       // what g is
    let correction = scalar(2u); // of r
    let beta1 = scalar(3u);
    let rest1 = scalar(4u);      // 1 − β₁
    let beta2 = scalar(5u);
    let rest2 = scalar(6u);      // 1 − β₂
    let outside = scalar(7u);    // ε outside the root
    let inside = scalar(8u);
    let s = beta1 * state[tensor(0u) + i] + rest1 * g;
    let r = beta2 * state[tensor(1u) + i] + rest2 * g * g;
    state[tensor(0u) + i] = s;
    state[tensor(1u) + i] = r;
    return (of_s * s + of_g * g) / (sqrt(r * correction + inside) + outside);
}
