// dx[i] = (Σ dy[o] / taps of o, over the windows o that hold i) · f'(v[i]).
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
    dy_stride: u32,
    v_stride: u32,
    dx_stride: u32,
}
@group(1) @binding(0) var<storage, read> dy: array<f32>;       // [planes, out]
@group(1) @binding(1) var<storage, read> v: array<f32>;        // [planes, in]
@group(1) @binding(2) var<storage, read_write> dx: array<f32>; // [planes, in]
@group(1) @binding(3) var<uniform> p: Params;

// What a pixel has of dy of a window of the line.
fn term(number: u32) -> vec2<f32> {
    let start = window + vec3<u32>(0u, 0u, number * p.stride_w);
    return vec2<f32>(dy[z * p.dy_stride + line + number] / taps(end_of(start) - first_of(start)), 0.0);
}
