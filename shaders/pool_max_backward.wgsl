// dx[i] = (Σ dy[o] over the windows whose first maximum is i) · f'(x[i]). Every pixel asks its windows,
// so that nothing is added from two sides at once.
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
    dy_stride: u32,
    dx_stride: u32,
}
@group(1) @binding(0) var<storage, read> x: array<f32>;        // [planes, in]
@group(1) @binding(1) var<storage, read> y: array<f32>;        // [planes, out]
@group(1) @binding(2) var<storage, read> dy: array<f32>;       // [planes, out]
@group(1) @binding(3) var<storage, read_write> dx: array<f32>; // [planes, in]
@group(1) @binding(4) var<uniform> p: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var i = id.x; i < p.planes * p.in_d * p.in_h * p.in_w; i += groups.x * 64u) {
        let line = i / p.in_w;
        let plane = line / p.in_h;
        let pixel = vec3<u32>(plane % p.in_d, line % p.in_h, i % p.in_w);
        let sum = windows(id.z, plane / p.in_d, pixel, x[id.z * p.x_stride + i]);
        dx[id.z * p.dx_stride + i] = sum * derivative(x[id.z * p.x_stride + i]);
    }
}

fn windows(replica: u32, plane: u32, pixel: vec3<u32>, value: f32) -> f32 {
    let end = end_window(pixel);
    let first = first_window(pixel);
    var sum = 0.0;
    for (var d = first.x; d < end.x; d++) {
        for (var h = first.y; h < end.y; h++) {
            for (var w = first.z; w < end.z; w++) {
                let o = ((plane * p.out_d + d) * p.out_h + h) * p.out_w + w;
                if y[replica * p.y_stride + o] == value && is_first(replica, plane, vec3<u32>(d, h, w), pixel, value) {
                    sum += dy[replica * p.dy_stride + o];
                }
            }
        }
    }
    return sum;
}

// Whether no pixel of the window before this one has its value.
fn is_first(replica: u32, plane: u32, position: vec3<u32>, pixel: vec3<u32>, value: f32) -> bool {
    let start = position * stride();
    let first = max(start, pad()) - pad();
    let end = min(start + kernel() - pad(), input());
    for (var d = first.x; d <= pixel.x; d++) {
        for (var h = first.y; h < end.y; h++) {
            let line = replica * p.x_stride + ((plane * p.in_d + d) * p.in_h + h) * p.in_w;
            for (var w = first.z; w < end.z; w++) {
                if d == pixel.x && h == pixel.y && w == pixel.z {
                    return true;
                }
                if x[line + w] == value {
                    return false;
                }
            }
        }
    }
    return true;
}
