// Pictures: four bytes to a word.
@group(1) @binding(0) var<storage, read> data: array<u32>; // [examples, features]

fn number(data0: u32, at: u32) -> f32 {
    return f32((data[data0 + (at >> 2u)] >> (8u * (at & 3u))) & 255u);
}
