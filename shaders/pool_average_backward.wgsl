// dx[i] = (Σ dy[o] / taps of o, over the windows o that hold i) · f'(v[i]).
@group(1) @binding(0) var<storage, read> dy: array<f32>;       // [planes, out]
@group(1) @binding(1) var<storage, read> v: array<f32>;        // [planes, in]
@group(1) @binding(2) var<storage, read_write> dx: array<f32>; // [planes, in]

// What a pixel has of dy of a window of the line.
fn term(number: u32) -> vec2<f32> {
    let start = window + vec3<u32>(0u, 0u, number * p.stride_w);
    return vec2<f32>(dy[z * p.dy_stride + line + number] / taps(end_of(start) - first_of(start)), 0.0);
}
