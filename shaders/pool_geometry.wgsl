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

// The taps that a mean counts of a window that meets so many pixels.
fn taps(pixels: vec3<u32>) -> f32 {
    let counted = select(pixels, kernel(), p.count_padding > 0u);
    return f32(counted.x * counted.y * counted.z);
}

// How many pixels the window at a position meets, padding left out.
fn met(position: vec3<u32>) -> vec3<u32> {
    let start = position * stride();
    return min(max(start + kernel(), pad()) - pad(), input()) - (max(start, pad()) - pad());
}

// The windows that hold a pixel are those from the first to before the end.
fn first_window(pixel: vec3<u32>) -> vec3<u32> {
    return (max(pixel + pad() + 1u, kernel()) - kernel() + stride() - 1u) / stride();
}

fn end_window(pixel: vec3<u32>) -> vec3<u32> {
    return min((pixel + pad()) / stride() + 1u, vec3<u32>(p.out_d, p.out_h, p.out_w));
}
