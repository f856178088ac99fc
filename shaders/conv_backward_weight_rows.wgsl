// The backward pass to the weights for software drivers: a thread computes ROWS filters times the TAPS
// taps of one line of a filter, and meets four positions at a time; neighbouring threads take
// neighbouring lines of taps, so that dy is the same for the whole workgroup. Behind the last line of
// taps come the sums of dy.
@compute @workgroup_size(8)
fn main(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let count = terms() / TAPS;
    let line_tiles = (count + 7u) / 8u;
    let row_tiles = (rows() + ROWS - 1u) / ROWS;
    for (var y = group.y; y < row_tiles * parts(); y += groups.y) {
        let row0 = y % row_tiles * ROWS;
        for (var x = group.x; x <= line_tiles; x += groups.x) {
            if x == line_tiles {
                for (var row = row0 + thread; row < min(row0 + ROWS, rows()); row += 8u) {
                    bias_of(group.z, y / row_tiles, row);
                }
            } else {
                // All threads take part to the end, since they may load for each other.
                let mine = x * 8u + thread < count;
                rows_of(group.z, y / row_tiles, row0, min(x * 8u + thread, count - 1u) * TAPS, thread, mine);
            }
        }
    }
}

fn bias_of(replica: u32, part: u32, row: u32) {
    let unit = part % p.groups * rows() + row;
    var sum = 0.0;
    for (var line = begin(part); line < end(part); line++) {
        let at = place(line, out_d, out_h, 1u);
        let dy0 = replica * p.dy_stride + (at.n * p.filters + unit) * positions() + (at.d * out_h + at.h) * out_w;
        var fours = vec4<f32>(0.0);
        for (var ow = 0u; ow < out_w; ow += 4u) {
            fours += four_of(dy0 + ow, ow);
        }
        sum += fours.x + fours.y + fours.z + fours.w;
    }
    store(replica, part, row, terms(), sum);
}

fn source(line: u32, w: u32, inside: bool) -> f32 {
    let ok = inside && w < in_w;
    return select(0.0, x[select(0u, line + w, ok)], ok);
}

// dy within its line, 0 behind that.
fn dy_at(at: u32, w: u32) -> f32 {
    return select(0.0, dy[select(0u, at, w < out_w)], w < out_w);
}

fn four_of(first: u32, w: u32) -> vec4<f32> {
    if w + 4u <= out_w {
        return vec4<f32>(dy[first], dy[first + 1u], dy[first + 2u], dy[first + 3u]);
    }
    var four = vec4<f32>(dy[first], 0.0, 0.0, 0.0);
    if w + 1u < out_w {
        four.y = dy[first + 1u];
    }
    if w + 2u < out_w {
        four.z = dy[first + 2u];
    }
    return four;
}

fn rows_of(replica: u32, part: u32, row0: u32, number: u32, thread: u32, mine: bool) {
    let t = tap(number);
    let filters = part % p.groups * rows();
    let channel = part % p.groups * (p.channels / p.groups) + t.n;
    //@starts (filters + min(row0 + @, rows() - 1u)) * positions()
    //@for row, tap: var sum@_# = 0.0;
    for (var l = begin(part); l < end(part); l++) {
        let at = place(l, out_d, out_h, 1u);
        let d = at.d * stride_d + t.d * dilation_d - pad_d;
        let h = at.h * stride_h + t.h * dilation_h - pad_h;
        let inside = d < in_d && h < in_h;
        let line = replica * p.x_stride + (((at.n * p.channels + channel) * in_d + d) * in_h + h) * in_w;
        let dy0 = replica * p.dy_stride + at.n * p.filters * positions() + (at.d * out_h + at.h) * out_w;
        for (var ow = 0u; ow < out_w; ow += 4u) {
            let w = ow * stride_w + t.w * dilation_w - pad_w;
            //@loads
            //@shared dy_at(dy0 + @ + ow, ow + #)
            //@for row, tap: sum@_# += dot(vec4<f32>(s@_0, s@_1, s@_2, s@_3), four#);
        }
    }
    //@for row, tap: store_row(replica, part, row0 + @u, number + #u, sum@_#, mine);
}

fn store_row(replica: u32, part: u32, row: u32, number: u32, sum: f32, mine: bool) {
    if mine && row < rows() {
        store(replica, part, row, number, sum);
    }
}
