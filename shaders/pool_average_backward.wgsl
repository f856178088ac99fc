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

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let v0 = id.z * p.v_stride;
    for (var i = id.x; i < p.planes * p.in_d * p.in_h * p.in_w; i += groups.x * 64u) {
        let line = i / p.in_w;
        let plane = line / p.in_h;
        let pixel = vec3<u32>(plane % p.in_d, line % p.in_h, i % p.in_w);
        let sum = windows(id.z * p.dy_stride, plane / p.in_d, pixel);
        dx[id.z * p.dx_stride + i] = sum * derivative(v[v0 + i]);
    }
}

fn windows(dy0: u32, plane: u32, pixel: vec3<u32>) -> f32 {
    let end = end_window(pixel);
    let first = first_window(pixel);
    var sum = 0.0;
    for (var d = first.x; d < end.x; d++) {
        for (var h = first.y; h < end.y; h++) {
            for (var w = first.z; w < end.z; w++) {
                sum += dy[dy0 + ((plane * p.out_d + d) * p.out_h + h) * p.out_w + w] / taps(met(vec3<u32>(d, h, w)));
            }
        }
    }
    return sum;
}
