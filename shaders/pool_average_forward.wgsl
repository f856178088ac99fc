// y[o] = Σ x[i] over the window of o / its taps, those on the padding counted or not.
@group(1) @binding(0) var<storage, read> x: array<f32>;       // [planes, in]
@group(1) @binding(1) var<storage, read_write> y: array<f32>; // [planes, out]

fn window(z: u32, o: u32, x0: u32, start: vec3<u32>, first: vec3<u32>, end: vec3<u32>) {
    var sum = 0.0;
    for (var d = first.x; d < end.x; d++) {
        for (var h = first.y; h < end.y; h++) {
            let line = x0 + (d * p.in_h + h) * p.in_w;
            for (var w = first.z; w < end.z; w++) {
                sum += x[line + w];
            }
        }
    }
    y[z * p.y_stride + o] = sum / taps(end - first);
}
