// A maximum by all threads of a workgroup.
fn candidate(number: u32) -> f32 {
    return value_of(number);
}

fn window_of_all(thread: u32, z: u32, o: u32, start: vec3<u32>) {
    let found = find_largest(thread, size.x * size.y * size.z);
    if thread == 0u {
        store(z, o, found.value, tap_of(pixel(found.place), start));
    }
}
