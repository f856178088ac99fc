// dx = dy · f'(v). The activation's file defines `derivative`, and whether v is its output or input.
@group(1) @binding(0) var<storage, read> dy: array<f32>;
@group(1) @binding(1) var<storage, read> v: array<f32>;
@group(1) @binding(2) var<storage, read_write> dx: array<f32>;

fn element(i: u32, z: u32) {
    dx[z * p.dx_stride + i] = dy[z * p.dy_stride + i] * derivative(v[z * p.v_stride + i]);
}
