// dx[n,c,i] = (Σ weight[f,c,k] dy[n,f,o] over o·stride + k·dilation − pad = i) · f'(v), or f(sum + bias[c]).
// The pixels i = phase + stride·j of one phase meet the same taps, every `step`th from a first one:
// for each phase and group this is a product [channels, filters·those taps] · [the same, batch·j].
@group(1) @binding(0) var<storage, read> dy: array<f32>;     // [batch, filters, out]
@group(1) @binding(1) var<storage, read> weight: array<f32>; // [filters, channels / groups, kernel]
@group(1) @binding(2) var<storage, read> bias: array<f32>;   // [channels]
@group(1) @binding(3) var<storage, read> v: array<f32>;      // [batch, channels, in]
@group(1) @binding(4) var<storage, read_write> dx: array<f32>; // [batch, channels, in]

// Taps from one that a phase meets to the next: stride / gcd(stride, dilation).
override step_d: u32;
override step_h: u32;
override step_w: u32;

// Groups times phases.
fn parts() -> u32 {
    return p.groups * stride_d * stride_h * stride_w;
}

// The group, and the phase along each axis.
fn split(part: u32) -> Place {
    return place(part, stride_d, stride_h, stride_w);
}

fn rows() -> u32 {
    return p.channels / p.groups;
}

// Pixels of a phase along each axis, the last perhaps outside.
fn steps() -> vec3<u32> {
    let stride = vec3<u32>(stride_d, stride_h, stride_w);
    return (vec3<u32>(in_d, in_h, in_w) + stride - 1u) / stride;
}

fn columns() -> u32 {
    let s = steps();
    return p.batch * s.x * s.y * s.z;
}

// The first tap that a phase meets, or `kernel` if it meets none.
fn first_tap(phase: u32, kernel: u32, stride: u32, dilation: u32, pad: u32, step: u32) -> u32 {
    for (var k = 0u; k < min(step, kernel); k++) {
        if (i32(phase + pad) - i32(k * dilation)) % i32(stride) == 0 {
            return k;
        }
    }
    return kernel;
}

fn first_taps(phase: Place) -> vec3<u32> {
    return vec3<u32>(
        first_tap(phase.d, kernel_d, stride_d, dilation_d, pad_d, step_d),
        first_tap(phase.h, kernel_h, stride_h, dilation_h, pad_h, step_h),
        first_tap(phase.w, kernel_w, stride_w, dilation_w, pad_w, step_w),
    );
}

// How many taps a phase meets.
fn tap_counts(first: vec3<u32>) -> vec3<u32> {
    let step = vec3<u32>(step_d, step_h, step_w);
    return (vec3<u32>(kernel_d, kernel_h, kernel_w) - first + step - 1u) / step;
}

fn depth(part: u32) -> u32 {
    let counts = tap_counts(first_taps(split(part)));
    return p.filters / p.groups * counts.x * counts.y * counts.z;
}

fn column(part: u32, number: u32) -> Place {
    let s = steps();
    return place(number, s.x, s.y, s.z);
}

// The filter and the tap of a term; only asked for where there are any.
fn term(part: u32, k: u32) -> Place {
    let first = first_taps(split(part));
    let counts = max(tap_counts(first), vec3<u32>(1u));
    let t = place(k, counts.x, counts.y, counts.z);
    return Place(t.n, first.x + t.d * step_d, first.y + t.h * step_h, first.z + t.w * step_w);
}

fn left(replica: u32, part: u32, row: u32, k: u32) -> f32 {
    let t = term(part, k);
    let unit = split(part).n * (p.filters / p.groups) + t.n;
    let at = (((unit * rows() + row) * kernel_d + t.d) * kernel_h + t.h) * kernel_w + t.w;
    return weight[replica * p.weight_stride + at];
}

fn right(replica: u32, part: u32, k: u32, at: Place) -> f32 {
    let t = term(part, k);
    let phase = split(part);
    // The division leaves no remainder. A negative position is a huge one, as an unsigned number.
    let d = u32(i32(at.d) + (i32(phase.d + pad_d) - i32(t.d * dilation_d)) / i32(stride_d));
    let h = u32(i32(at.h) + (i32(phase.h + pad_h) - i32(t.h * dilation_h)) / i32(stride_h));
    let w = u32(i32(at.w) + (i32(phase.w + pad_w) - i32(t.w * dilation_w)) / i32(stride_w));
    if d >= out_d || h >= out_h || w >= out_w {
        return 0.0;
    }
    let unit = at.n * p.filters + phase.n * (p.filters / p.groups) + t.n;
    return dy[replica * p.dy_stride + ((unit * out_d + d) * out_h + h) * out_w + w];
}

fn store(replica: u32, part: u32, row: u32, number: u32, sum: f32) {
    store_at(replica, part, row, column(part, number), sum);
}

fn store_at(replica: u32, part: u32, row: u32, j: Place, sum: f32) {
    let phase = split(part);
    let d = phase.d + j.d * stride_d;
    let h = phase.h + j.h * stride_h;
    let w = phase.w + j.w * stride_w;
    if d < in_d && h < in_h && w < in_w {
        let channel = phase.n * rows() + row;
        let at = (((j.n * p.channels + channel) * in_d + d) * in_h + h) * in_w + w;
        dx[replica * p.dx_stride + at] = finish(sum, replica, channel, at);
    }
}
