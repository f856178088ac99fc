// The entry point of shaders whose workgroups share an item among LANES threads; alone, each thread has one.
const THREADS = max(LANES, 64u);
const SUMS = THREADS / LANES;

@compute @workgroup_size(THREADS)
fn main(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let i = (group.y * groups.x + group.x) * SUMS + thread / LANES;
    if i < p.items {
        item(i, thread % LANES, group.z);
    }
}
