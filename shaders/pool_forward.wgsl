// y[o] = window of o: the largest of its x, or their mean; see pool_max_forward.wgsl, pool_average_forward.wgsl.
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
}
@group(1) @binding(0) var<storage, read> x: array<f32>;       // [planes, in]
@group(1) @binding(1) var<storage, read_write> y: array<f32>; // [planes, out]
@group(1) @binding(2) var<uniform> p: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let x0 = id.z * p.x_stride;
    let y0 = id.z * p.y_stride;
    for (var o = id.x; o < p.planes * p.out_d * p.out_h * p.out_w; o += groups.x * 64u) {
        let line = o / p.out_w;
        let plane = line / p.out_h;
        let start = vec3<u32>(plane % p.out_d, line % p.out_h, o % p.out_w) * stride();
        let first = max(start, pad()) - pad();
        let end = min(max(start + kernel(), pad()) - pad(), input());
        y[y0 + o] = window(x0 + plane / p.out_d * p.in_d * p.in_h * p.in_w, first, end);
    }
}
