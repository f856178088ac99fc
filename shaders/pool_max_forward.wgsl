// y[o] = max x[i] over the window of o, padding left out, and places[o], the number of the first such pixel
// among all of the window. NaN is the largest, so that it is not hidden; it has no place.
@group(1) @binding(0) var<storage, read> x: array<f32>;            // [planes, in]
@group(1) @binding(1) var<storage, read_write> y: array<f32>;      // [planes, out]
@group(1) @binding(2) var<storage, read_write> places: array<f32>; // [planes, out], or nothing
override placed: bool;

fn store(z: u32, o: u32, value: f32, place: u32) {
    y[z * p.y_stride + o] = value;
    if placed {
        places[z * p.places_stride + o] = select(f32(place), -1.0, is_nan(value));
    }
}

// A shader may assume that NaN does not occur, hence the bits.
fn is_nan(value: f32) -> bool {
    return (bitcast<u32>(value) & 0x7fffffffu) > 0x7f800000u;
}

fn window(z: u32, o: u32, x0: u32, start: vec3<u32>, first: vec3<u32>, end: vec3<u32>) {
    var largest = x[x0 + (first.x * p.in_h + first.y) * p.in_w + first.z];
    var at = first;
    for (var d = first.x; d < end.x; d++) {
        for (var h = first.y; h < end.y; h++) {
            let line = x0 + (d * p.in_h + h) * p.in_w;
            for (var w = first.z; w < end.z; w++) {
                let value = x[line + w];
                if value > largest || is_nan(value) {
                    largest = value;
                    at = vec3<u32>(d, h, w);
                }
            }
        }
    }
    store(z, o, largest, tap_of(at, start));
}
