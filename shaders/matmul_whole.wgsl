// A product in one piece: a workgroup's tile has all terms.
const slice = 0u;

fn tile_of(number: u32, tiles: u32) -> u32 {
    return number;
}

fn first_term() -> u32 {
    return 0u;
}

fn end_term() -> u32 {
    return size.k;
}
