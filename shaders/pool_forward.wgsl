// A thread for each window, which the kernel's file goes through; see pool_max_forward.wgsl,
// pool_average_forward.wgsl.
fn element(o: u32, z: u32) {
    let x0 = z * p.x_stride + plane_of(o) * p.in_d * p.in_h * p.in_w;
    let start = start_of(o);
    window(z, o, x0, start, first_of(start), end_of(start));
}
