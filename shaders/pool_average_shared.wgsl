// A mean by all threads of a workgroup.
fn term(number: u32) -> vec2<f32> {
    return vec2<f32>(value_of(number), 0.0);
}

fn window_of_all(thread: u32, z: u32, o: u32, start: vec3<u32>) {
    let sum = sum_terms(thread, size.x * size.y * size.z).x;
    if thread == 0u {
        y[z * p.y_stride + o] = sum / taps(size);
    }
}
