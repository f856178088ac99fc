// Tables: reals as they are.
@group(1) @binding(0) var<storage, read> data: array<f32>; // [examples, features]

fn number(data0: u32, at: u32) -> f32 {
    return data[data0 + at];
}
