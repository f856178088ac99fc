// dx = dy · f'(v). The activation's file defines `derivative`, and whether v is its output or input.
struct Params {
    count: u32,
    dy_stride: u32,
    v_stride: u32,
    dx_stride: u32,
}
@group(1) @binding(0) var<storage, read> dy: array<f32>;
@group(1) @binding(1) var<storage, read> v: array<f32>;
@group(1) @binding(2) var<storage, read_write> dx: array<f32>;
@group(1) @binding(3) var<uniform> p: Params;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let dy0 = id.z * p.dy_stride;
    let v0 = id.z * p.v_stride;
    let dx0 = id.z * p.dx_stride;
    for (var i = id.x; i < p.count; i += groups.x * 256u) {
        dx[dx0 + i] = dy[dy0 + i] * derivative(v[v0 + i]);
    }
}
