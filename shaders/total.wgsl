// The sum of a pair over the LANES threads of a workgroup, in a tree of fixed shape. All threads must
// call it together, and all get the sum.
var<workgroup> partial: array<vec2<f32>, LANES>;

fn total(thread: u32, value: vec2<f32>) -> vec2<f32> {
    partial[thread] = value;
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if thread < half {
            partial[thread] += partial[thread + half];
        }
    }
    workgroupBarrier();
    let sum = partial[0];
    // Nobody may write the next value before everybody has read this one.
    workgroupBarrier();
    return sum;
}
