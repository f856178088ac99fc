// A thread sums alone.
fn total(thread: u32, value: vec2<f32>) -> vec2<f32> {
    return value;
}
