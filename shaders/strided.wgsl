// The entry point of shaders whose threads take one item after the other, a whole grid apart.
@compute @workgroup_size(WIDTH)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var i = id.x; i < p.items; i += groups.x * WIDTH) {
        element(i, id.z);
    }
}
