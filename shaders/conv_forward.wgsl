// y[n,f,o] = f(Σ weight[f,c,k] x[n,c, o·stride + k·dilation − pad] + bias[f]), or the sum times f'(v), as the
// product of the weights [filters, channels·taps] and the unfolded x [channels·taps, batch·positions],
// one for each group.
@group(1) @binding(0) var<storage, read> x: array<f32>;      // [batch, channels, in]
@group(1) @binding(1) var<storage, read> weight: array<f32>; // [filters, channels / groups, kernel]
@group(1) @binding(2) var<storage, read> bias: array<f32>;   // [filters]
@group(1) @binding(3) var<storage, read> v: array<f32>;      // [batch, filters, out]
@group(1) @binding(4) var<storage, read_write> y: array<f32>; // [batch, filters, out]

fn parts() -> u32 {
    return p.groups;
}

fn rows() -> u32 {
    return p.filters / p.groups;
}

fn columns() -> u32 {
    return p.batch * positions();
}

fn depth(part: u32) -> u32 {
    return p.channels / p.groups * taps();
}

// What the thread that loads a column of the right matrix knows of it.
fn column(part: u32, number: u32) -> Place {
    return place(number, out_d, out_h, out_w);
}

fn left(replica: u32, part: u32, row: u32, k: u32) -> f32 {
    return weight[replica * p.weight_stride + (part * rows() + row) * depth(part) + k];
}

fn right(replica: u32, part: u32, k: u32, at: Place) -> f32 {
    let t = tap(k);
    // Left of the first pixel is far right of the last one, as an unsigned number.
    let d = at.d * stride_d + t.d * dilation_d - pad_d;
    let h = at.h * stride_h + t.h * dilation_h - pad_h;
    let w = at.w * stride_w + t.w * dilation_w - pad_w;
    if d >= in_d || h >= in_h || w >= in_w {
        return 0.0;
    }
    let channel = at.n * p.channels + part * (p.channels / p.groups) + t.n;
    return x[replica * p.x_stride + ((channel * in_d + d) * in_h + h) * in_w + w];
}

fn store(replica: u32, part: u32, row: u32, number: u32, sum: f32) {
    store_at(replica, part, row, column(part, number), sum);
}

fn store_at(replica: u32, part: u32, row: u32, o: Place, sum: f32) {
    let channel = part * rows() + row;
    let at = (((o.n * p.filters + channel) * out_d + o.d) * out_h + o.h) * out_w + o.w;
    y[replica * p.y_stride + at] = finish(sum, replica, channel, at);
}
