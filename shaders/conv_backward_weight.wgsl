// partials[chunk] = (dw [filters, channels / groups, kernel], db [filters]) over the chunk's lines of positions,
// as the product of dy [filters, positions] and the unfolded x with a row of ones for db, one for
// each group and chunk. The reduction is long and the result small: the chunks fill the GPU.
@group(1) @binding(0) var<storage, read> x: array<f32>;  // [batch, channels, in]
@group(1) @binding(1) var<storage, read> dy: array<f32>; // [batch, filters, out]
@group(1) @binding(2) var<storage, read_write> partials: array<f32>; // [chunks, filters · (terms + 1)]

// Groups times chunks.
fn parts() -> u32 {
    return p.groups * p.chunks;
}

fn rows() -> u32 {
    return p.filters / p.groups;
}

// Elements of dw for one filter.
fn terms() -> u32 {
    return p.channels / p.groups * taps();
}

fn columns() -> u32 {
    return terms() + 1u;
}

// Lines of positions, all examples together: the chunks are cut between them.
fn lines() -> u32 {
    return p.batch * out_d * out_h;
}

fn lines_per_chunk() -> u32 {
    return (lines() + p.chunks - 1u) / p.chunks;
}

// The chunk's first line.
fn begin(part: u32) -> u32 {
    return min(part / p.groups * lines_per_chunk(), lines());
}

// The line behind its last.
fn end(part: u32) -> u32 {
    return min(begin(part) + lines_per_chunk(), lines());
}

fn depth(part: u32) -> u32 {
    return (end(part) - begin(part)) * out_w;
}

fn column(part: u32, number: u32) -> Place {
    return tap(number);
}

fn left(replica: u32, part: u32, row: u32, k: u32) -> f32 {
    let at = begin(part) * out_w + k;
    let unit = at / positions() * p.filters + part % p.groups * rows() + row;
    return dy[replica * p.dy_stride + unit * positions() + at % positions()];
}

fn right(replica: u32, part: u32, k: u32, t: Place) -> f32 {
    if t.n == p.channels / p.groups {
        return 1.0;
    }
    let at = place(begin(part) * out_w + k, out_d, out_h, out_w);
    let d = at.d * stride_d + t.d * dilation_d - pad_d;
    let h = at.h * stride_h + t.h * dilation_h - pad_h;
    let w = at.w * stride_w + t.w * dilation_w - pad_w;
    if d >= in_d || h >= in_h || w >= in_w {
        return 0.0;
    }
    let channel = at.n * p.channels + part % p.groups * (p.channels / p.groups) + t.n;
    return x[replica * p.x_stride + ((channel * in_d + d) * in_h + h) * in_w + w];
}

fn store(replica: u32, part: u32, row: u32, number: u32, sum: f32) {
    let unit = part % p.groups * rows() + row;
    let within = select(unit * terms() + number, p.filters * terms() + unit, number == terms());
    partials[replica * p.partials_stride + part / p.groups * p.filters * (terms() + 1u) + within] = sum;
}
