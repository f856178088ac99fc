// y = f(x). The activation's file defines `forward`.
@group(1) @binding(0) var<storage, read> x: array<f32>;
@group(1) @binding(1) var<storage, read_write> y: array<f32>;

fn element(i: u32, z: u32) {
    y[z * p.y_stride + i] = forward(x[z * p.x_stride + i]);
}
