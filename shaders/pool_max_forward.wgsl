// y[o] = max x[i] over the window of o, padding left out, and places[o], the number of the first such pixel
// among all of the window. NaN is the largest, so that it is not hidden; it has no place.
struct Params {
    planes: u32, // examples times channels
    in_d: u32,
    in_h: u32,
    in_w: u32,
    out_d: u32,
    out_h: u32,
    out_w: u32,
    kernel_d: u32,
    kernel_h: u32,
    kernel_w: u32,
    stride_d: u32,
    stride_h: u32,
    stride_w: u32,
    pad_d: u32,
    pad_h: u32,
    pad_w: u32,
    count_padding: u32, // whether a mean counts the padding's zeros
    x_stride: u32,
    y_stride: u32,
    places_stride: u32,
}
@group(1) @binding(0) var<storage, read> x: array<f32>;            // [planes, in]
@group(1) @binding(1) var<storage, read_write> y: array<f32>;      // [planes, out]
@group(1) @binding(2) var<storage, read_write> places: array<f32>; // [planes, out], or nothing
@group(1) @binding(3) var<uniform> p: Params;
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
