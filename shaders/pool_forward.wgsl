// A thread for each window, which the kernel's file goes through; see pool_max_forward.wgsl,
// pool_average_forward.wgsl.
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var o = id.x; o < p.planes * p.out_d * p.out_h * p.out_w; o += groups.x * 64u) {
        let x0 = id.z * p.x_stride + plane_of(o) * p.in_d * p.in_h * p.in_w;
        let start = start_of(o);
        window(id.z, o, x0, start, first_of(start), end_of(start));
    }
}
