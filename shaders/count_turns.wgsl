// Counts the turns of a loop: fewer than were asked for where the driver ends loops early. The numbers that
// the loop computes keep a compiler from knowing the answer.
@group(0) @binding(0) var<storage, read_write> numbers: array<u32>; // turns to take; then those taken, a hash

@compute @workgroup_size(1)
fn main() {
    let wanted = numbers[0];
    var hash = numbers[1];
    var taken = 0u;
    for (var turn = 0u; turn < wanted; turn++) {
        hash = (hash ^ (hash >> 15u)) * 0x2c1b3c6du + turn;
        taken += 1u + (hash & wanted & 0x80000000u);
    }
    numbers[0] = taken;
    numbers[1] = hash;
}
