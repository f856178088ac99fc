// A thread for each pixel, which goes through the lines of windows that hold it.
override through: bool; // whether there is a v
var<private> z: u32;
var<private> pixel: vec3<u32>;
var<private> window: vec3<u32>; // the start of the line's first window
var<private> line: u32;         // its number

fn element(i: u32, replica: u32) {
    z = replica;
    let row = i / p.in_w;
    let plane = row / p.in_h;
    pixel = vec3<u32>(plane % p.in_d, row % p.in_h, i % p.in_w);
    var sum = windows(plane / p.in_d);
    if through {
        sum *= derivative(v[z * p.v_stride + i]);
    }
    dx[z * p.dx_stride + i] = sum;
}

fn windows(plane: u32) -> f32 {
    let end = end_window(pixel);
    let first = first_window(pixel);
    var sum = 0.0;
    for (var d = first.x; d < end.x; d++) {
        for (var h = first.y; h < end.y; h++) {
            line = ((plane * p.out_d + d) * p.out_h + h) * p.out_w + first.z;
            window = vec3<u32>(d, h, first.z) * stride();
            sum += sum_terms(0u, max(end.z, first.z) - first.z).x;
        }
    }
    return sum;
}
