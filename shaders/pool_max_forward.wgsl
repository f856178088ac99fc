// y[o] = max x[i] over the window of o, padding left out. NaN is the largest, so that it is not hidden.
fn window(x0: u32, first: vec3<u32>, end: vec3<u32>) -> f32 {
    var best = x[x0 + (first.x * p.in_h + first.y) * p.in_w + first.z];
    for (var d = first.x; d < end.x; d++) {
        for (var h = first.y; h < end.y; h++) {
            let line = x0 + (d * p.in_h + h) * p.in_w;
            for (var w = first.z; w < end.z; w++) {
                let value = x[line + w];
                // A shader may assume that NaN does not occur, hence the bits.
                if value > best || (bitcast<u32>(value) & 0x7fffffffu) > 0x7f800000u {
                    best = value;
                }
            }
        }
    }
    return best;
}
