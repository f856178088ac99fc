// What batch_norm_moments.wgsl and batch_norm_sums.wgsl share: a workgroup takes a slice of one channel after the other,
// whose `pair` is a part.
var<private> start: u32; // the slice's first value

@compute @workgroup_size(LANES)
fn main(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let length = (p.rows * p.positions + p.slices - 1u) / p.slices;
    start = group.x * length;
    let values = max(min(start + length, min(step.rows, p.rows) * p.positions), start) - start;
    for (var channel = group.y; channel < p.channels; channel += groups.y) {
        let pair = pair_of(channel, values, thread, group.z);
        if thread == 0u {
            // The stride counts single numbers, the array holds pairs.
            parts[group.z * p.parts_stride / 2u + channel * p.slices + group.x] = pair;
        }
    }
}

// Where a value of the slice stands, counted from the first row's first channel of x or dy.
fn place_of(value: u32, channel: u32) -> u32 {
    let e = start + value;
    return ((e / p.positions) * p.channels + channel) * p.positions + e % p.positions;
}
