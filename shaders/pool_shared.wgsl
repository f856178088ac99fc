// A workgroup for each window: where windows are large there are few of them, and one thread would be long.
var<private> plane0: u32;      // where the plane begins
var<private> first: vec3<u32>; // the window's first pixel
var<private> size: vec3<u32>;  // and its pixels, without the padding

// Of the window's pixels, the one of this number.
fn pixel(number: u32) -> vec3<u32> {
    let line = number / size.z;
    return first + vec3<u32>(line / size.y, line % size.y, number % size.z);
}

fn value_of(number: u32) -> f32 {
    let at = pixel(number);
    return x[plane0 + (at.x * p.in_h + at.y) * p.in_w + at.z];
}

fn item(o: u32, lane: u32, z: u32) {
    plane0 = z * p.x_stride + plane_of(o) * p.in_d * p.in_h * p.in_w;
    let start = start_of(o);
    first = first_of(start);
    size = end_of(start) - first;
    window_of_all(lane, z, o, start);
}
