// The backward pass to the input for software drivers: a thread computes ROWS channels at four
// neighbouring pixels of one phase, which meet the same taps; see conv_forward_rows.wgsl.
fn extents() -> vec3<u32> {
    return steps();
}

fn source(line: u32, w: u32, inside: bool) -> f32 {
    let ok = inside && w < out_w;
    return select(0.0, dy[select(0u, line + w, ok)], ok);
}

fn rows_of(replica: u32, part: u32, row0: u32, at: Place, thread: u32, mine: bool) {
    let phase = split(part);
    let taps0 = first_taps(phase);
    let filters = p.filters / p.groups;
    //@starts min(row0 + @, rows() - 1u) * taps()
    //@for row: var sum@ = vec4<f32>(0.0);
    for (var f = 0u; f < filters; f++) {
        let unit = phase.n * filters + f;
        for (var kd = taps0.x; kd < kernel_d; kd += step_d) {
            let d = u32(i32(at.d) + (i32(phase.d + pad_d) - i32(kd * dilation_d)) / i32(stride_d));
            for (var kh = taps0.y; kh < kernel_h; kh += step_h) {
                let h = u32(i32(at.h) + (i32(phase.h + pad_h) - i32(kh * dilation_h)) / i32(stride_h));
                let inside = d < out_d && h < out_h;
                let line = replica * p.dy_stride + (((at.n * p.filters + unit) * out_d + d) * out_h + h) * out_w;
                for (var kw = taps0.z; kw < kernel_w; kw += TAPS * step_w) {
                    let w = u32(i32(at.w * 4u) + (i32(phase.w + pad_w) - i32(kw * dilation_w)) / i32(stride_w));
                    let k = replica * p.weight_stride + unit * rows() * taps() + (kd * kernel_h + kh) * kernel_w + kw;
                    //@loads
                    //@shared weight[@ + k]
                    //@for row, tap: sum@ += s@_# * four#;
                }
            }
        }
    }
    //@for row: store_four(replica, part, row0 + @u, at, sum@, mine);
}
