// dx[i] = (Σ dy[o] over the windows whose first maximum is i) · f'(v[i]). Every pixel asks its windows,
// so that nothing is added from two sides at once.
@group(1) @binding(0) var<storage, read> places: array<f32>;   // [planes, out]: see pool_max_forward.wgsl
@group(1) @binding(1) var<storage, read> dy: array<f32>;       // [planes, out]
@group(1) @binding(2) var<storage, read> v: array<f32>;        // [planes, in]
@group(1) @binding(3) var<storage, read_write> dx: array<f32>; // [planes, in]

// dy of a window of the line if its place is the pixel.
fn term(number: u32) -> vec2<f32> {
    let tap = tap_of(pixel, window + vec3<u32>(0u, 0u, number * p.stride_w));
    let here = places[z * p.places_stride + line + number] == f32(tap);
    return vec2<f32>(select(0.0, dy[z * p.dy_stride + line + number], here), 0.0);
}
