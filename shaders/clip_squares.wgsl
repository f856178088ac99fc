// squares[b] = Σ g² over the 64 gradients of block b: a workgroup takes 16 neighbouring blocks, a
// thread four gradients, so that loads are contiguous; then one thread sums a block in order.
struct Params {
    count: u32, // gradients, padding included: a multiple of 64
    gradients_stride: u32,
    squares_stride: u32,
}
@group(1) @binding(0) var<storage, read> gradients: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read_write> squares: array<f32>;
@group(1) @binding(2) var<uniform> p: Params;

var<workgroup> partial: array<f32, 256>;

@compute @workgroup_size(256)
fn main(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let gradients0 = group.z * p.gradients_stride / 4u;
    let squares0 = group.z * p.squares_stride;
    let vectors = p.count / 4u;
    for (var first = group.x * 256u; first < vectors; first += groups.x * 256u) {
        var g = vec4<f32>(0.0);
        if first + thread < vectors {
            g = gradients[gradients0 + first + thread];
        }
        partial[thread] = dot(g, g);
        workgroupBarrier();
        if thread < 16u && first + 16u * thread < vectors {
            var sum = 0.0;
            for (var k = 0u; k < 16u; k += 1u) {
                sum += partial[16u * thread + k];
            }
            squares[squares0 + first / 16u + thread] = sum;
        }
        workgroupBarrier();
    }
}
