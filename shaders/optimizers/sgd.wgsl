// θ ← θ − α g. Scalars: α.
fn update(p: vec4<f32>, g: vec4<f32>, i: u32) -> vec4<f32> {
    return p - scalar(0u) * g;
}
