// The forward pass for software drivers, which have wide vectors, expensive barriers and loads: no
// workgroup memory; a thread computes ROWS filters at four neighbouring positions of a line, and
// neighbouring threads take neighbouring fours. The filters are the same for the whole workgroup.
// Positions along each axis.
fn extents() -> vec3<u32> {
    return vec3<u32>(out_d, out_h, out_w);
}

fn source(line: u32, w: u32, inside: bool) -> f32 {
    let ok = inside && w < in_w;
    return select(0.0, x[select(0u, line + w, ok)], ok);
}

fn rows_of(replica: u32, part: u32, row0: u32, at: Place, thread: u32, mine: bool) {
    let terms = depth(part);
    let channels = p.channels / p.groups;
    let first = replica * p.weight_stride + part * rows() * terms;
    //@starts first + min(row0 + @, rows() - 1u) * terms
    //@for row: var sum@ = vec4<f32>(0.0);
    for (var c = 0u; c < channels; c++) {
        let channel = at.n * p.channels + part * channels + c;
        for (var kd = 0u; kd < kernel_d; kd++) {
            let d = at.d * stride_d + kd * dilation_d - pad_d;
            for (var kh = 0u; kh < kernel_h; kh++) {
                let h = at.h * stride_h + kh * dilation_h - pad_h;
                let inside = d < in_d && h < in_h;
                let line = replica * p.x_stride + ((channel * in_d + d) * in_h + h) * in_w;
                for (var kw = 0u; kw < kernel_w; kw += TAPS) {
                    let w = at.w * 4u * stride_w + kw * dilation_w - pad_w;
                    let k = ((c * kernel_d + kd) * kernel_h + kh) * kernel_w + kw;
                    //@loads
                    //@shared weight[@ + k]
                    //@for row, tap: sum@ += s@_# * four#;
                }
            }
        }
    }
    //@for row: store_four(replica, part, row0 + @u, at, sum@, mine);
}
