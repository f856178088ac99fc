// What all poolings share: windows, and which of them hold a pixel.
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

// The windows that hold a pixel are those from the first to before the end.
fn first_window(pixel: vec3<u32>) -> vec3<u32> {
    return (max(pixel + pad() + 1u, kernel()) - kernel() + stride() - 1u) / stride();
}

fn end_window(pixel: vec3<u32>) -> vec3<u32> {
    return min((pixel + pad()) / stride() + 1u, vec3<u32>(p.out_d, p.out_h, p.out_w));
}

// The plane of a window.
fn plane_of(o: u32) -> u32 {
    return o / (p.out_w * p.out_h * p.out_d);
}

// Where a window begins, counted from the padding's first pixel.
fn start_of(o: u32) -> vec3<u32> {
    let line = o / p.out_w;
    return vec3<u32>(line / p.out_h % p.out_d, line % p.out_h, o % p.out_w) * stride();
}

// Its first pixel, and the one behind its last, along each axis.
fn first_of(start: vec3<u32>) -> vec3<u32> {
    return max(start, pad()) - pad();
}

fn end_of(start: vec3<u32>) -> vec3<u32> {
    return min(max(start + kernel(), pad()) - pad(), vec3<u32>(p.in_d, p.in_h, p.in_w));
}

// The number of a pixel among all of a window, padding included.
fn tap_of(pixel: vec3<u32>, start: vec3<u32>) -> u32 {
    let tap = pixel + pad() - start;
    return (tap.x * p.kernel_h + tap.y) * p.kernel_w + tap.z;
}
