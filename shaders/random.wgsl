// Counter-based random numbers, the twin of src/random.rs: Threefry-2x32 with 20 rounds (Salmon,
// Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
//
// The host passes the key of a stream, `random::key(seed, stream)`; the counter is (step, index).
// Functions only, to be put behind a kernel's own code.

// Rotations of the eight rounds after which they repeat.
const THREEFRY_ODD = vec4u(13u, 15u, 26u, 6u);
const THREEFRY_EVEN = vec4u(17u, 29u, 16u, 24u);
const THREEFRY_PARITY = 0x1BD11BDAu;

// 64 random bits from a key and a counter. u32 wraps around in WGSL, as the definition wants.
fn threefry(key: vec2u, counter: vec2u) -> vec2u {
    let k0 = key.x;
    let k1 = key.y;
    let k2 = THREEFRY_PARITY ^ k0 ^ k1;
    // Written out, where the twin loops: indexing an array by a variable is slow on a GPU.
    var v = counter + key;
    v = threefry_rounds(v, THREEFRY_ODD) + vec2u(k1, k2 + 1u);
    v = threefry_rounds(v, THREEFRY_EVEN) + vec2u(k2, k0 + 2u);
    v = threefry_rounds(v, THREEFRY_ODD) + vec2u(k0, k1 + 3u);
    v = threefry_rounds(v, THREEFRY_EVEN) + vec2u(k1, k2 + 4u);
    v = threefry_rounds(v, THREEFRY_ODD) + vec2u(k2, k0 + 5u);
    return v;
}

// Four rounds.
fn threefry_rounds(v: vec2u, rotations: vec4u) -> vec2u {
    var x = v.x;
    var y = v.y;
    x += y;
    y = ((y << rotations.x) | (y >> (32u - rotations.x))) ^ x;
    x += y;
    y = ((y << rotations.y) | (y >> (32u - rotations.y))) ^ x;
    x += y;
    y = ((y << rotations.z) | (y >> (32u - rotations.z))) ^ x;
    x += y;
    y = ((y << rotations.w) | (y >> (32u - rotations.w))) ^ x;
    return vec2u(x, y);
}

// A number in [0, 1) from the upper 24 bits: as many as f32 holds, so it is exact and never 1. It is
// not called `uniform`, which names the address space.
fn uniform_number(bits: u32) -> f32 {
    return f32(bits >> 8u) * (1.0 / 16777216.0);
}
