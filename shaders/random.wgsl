// Counter-based random numbers, the twin of src/random.rs: Threefry-2x32 with 20 rounds (Salmon,
// Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
//
// The host passes the key of a stream, `random::key(seed, stream)`; the counter is (step, index).
// Functions only, to be put behind a kernel's own code.

// Rotations of the eight rounds after which they repeat.
const THREEFRY_ODD = vec4<u32>(13u, 15u, 26u, 6u);
const THREEFRY_EVEN = vec4<u32>(17u, 29u, 16u, 24u);
const THREEFRY_PARITY = 0x1BD11BDAu;

// 64 random bits from a key and a counter. u32 wraps around in WGSL, as the definition wants.
fn threefry(key: vec2<u32>, counter: vec2<u32>) -> vec2<u32> {
    let k0 = key.x;
    let k1 = key.y;
    let k2 = THREEFRY_PARITY ^ k0 ^ k1;
    // Written out, where the twin loops: indexing an array by a variable is slow on a GPU.
    var v = counter + key;
    v = threefry_rounds(v, THREEFRY_ODD) + vec2<u32>(k1, k2 + 1u);
    v = threefry_rounds(v, THREEFRY_EVEN) + vec2<u32>(k2, k0 + 2u);
    v = threefry_rounds(v, THREEFRY_ODD) + vec2<u32>(k0, k1 + 3u);
    v = threefry_rounds(v, THREEFRY_EVEN) + vec2<u32>(k1, k2 + 4u);
    v = threefry_rounds(v, THREEFRY_ODD) + vec2<u32>(k2, k0 + 5u);
    return v;
}

fn threefry_rounds(v: vec2<u32>, rotations: vec4<u32>) -> vec2<u32> {
    let two = threefry_round(threefry_round(v, rotations.x), rotations.y);
    return threefry_round(threefry_round(two, rotations.z), rotations.w);
}

fn threefry_round(v: vec2<u32>, rotation: u32) -> vec2<u32> {
    let x = v.x + v.y;
    return vec2<u32>(x, ((v.y << rotation) | (v.y >> (32u - rotation))) ^ x);
}

// A number in [0, 1) from the upper 24 bits: as many as f32 holds, so it is exact and never 1. It is
// not called `uniform`, which names the address space.
fn uniform_number(bits: u32) -> f32 {
    return f32(bits >> 8u) * (1.0 / 16777216.0);
}
