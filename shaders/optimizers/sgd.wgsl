// −α g. Scalars: −α.
fn update(g: vec4<f32>, i: u32) -> vec4<f32> {
    return scalar(0u) * g;
}
