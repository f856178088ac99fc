// y[o] = Σ x[i] over the window of o / its taps, those on the padding counted or not.
fn window(x0: u32, first: vec3<u32>, end: vec3<u32>) -> f32 {
    var sum = 0.0;
    for (var d = first.x; d < end.x; d++) {
        for (var h = first.y; h < end.y; h++) {
            let line = x0 + (d * p.in_h + h) * p.in_w;
            for (var w = first.z; w < end.z; w++) {
                sum += x[line + w];
            }
        }
    }
    return sum / taps(end - first);
}
