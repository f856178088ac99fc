// A product whose terms are cut into slices, each with a c of its own: which one a workgroup's tile is of, and its
// terms.
var<private> slice: u32;

fn slice_length() -> u32 {
    return ((size.k + size.slices - 1u) / size.slices + 15u) / 16u * 16u;
}

fn tile_of(number: u32, tiles: u32) -> u32 {
    slice = number / tiles;
    return number % tiles;
}

fn first_term() -> u32 {
    return min(slice * slice_length(), size.k);
}

fn end_term() -> u32 {
    // The grid may have a few workgroups behind the last slice.
    return select(0u, min((slice + 1u) * slice_length(), size.k), slice < size.slices);
}
