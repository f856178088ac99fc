// What all poolings share: windows, and which of them hold a pixel.
fn input() -> vec3<u32> {
    return vec3<u32>(p.in_d, p.in_h, p.in_w);
}

fn kernel() -> vec3<u32> {
    return vec3<u32>(p.kernel_d, p.kernel_h, p.kernel_w);
}

fn stride() -> vec3<u32> {
    return vec3<u32>(p.stride_d, p.stride_h, p.stride_w);
}

fn pad() -> vec3<u32> {
    return vec3<u32>(p.pad_d, p.pad_h, p.pad_w);
}

// The windows that hold a pixel are those from the first to before the end.
fn first_window(pixel: vec3<u32>) -> vec3<u32> {
    return (max(pixel + pad() + 1u, kernel()) - kernel() + stride() - 1u) / stride();
}

fn end_window(pixel: vec3<u32>) -> vec3<u32> {
    return min((pixel + pad()) / stride() + 1u, vec3<u32>(p.out_d, p.out_h, p.out_w));
}
