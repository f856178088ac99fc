// The forward pass for software drivers, which have wide vectors, dear barriers and dear loads: no
// workgroup memory; a thread computes ROWS filters at four neighbouring positions of a line, and
// neighbouring threads take neighbouring fours. The filters are the same for the whole workgroup.
@compute @workgroup_size(8)
fn main(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let fours = (out_w + 3u) / 4u;
    let count = p.batch * out_d * out_h * fours;
    let row_tiles = (rows() + ROWS - 1u) / ROWS;
    for (var y = group.y; y < row_tiles * parts(); y += groups.y) {
        for (var x = group.x * 8u; x < count; x += groups.x * 8u) {
            // All threads take part to the end, since they may load for each other.
            let at = place(min(x + thread, count - 1u), out_d, out_h, fours);
            rows_of(group.z, y / row_tiles, y % row_tiles * ROWS, at, thread, x + thread < count);
        }
    }
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

fn store_four(replica: u32, part: u32, row: u32, at: Place, sum: vec4<f32>, mine: bool) {
    if mine && row < rows() {
        let number = ((at.n * out_d + at.d) * out_h + at.h) * out_w + at.w * 4u;
        for (var j = 0u; j < min(4u, out_w - at.w * 4u); j++) {
            store(replica, part, row, number + j, sum[j]);
        }
    }
}
