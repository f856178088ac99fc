// Calls `put` for 0 to before the end: LANES threads, EACH in a turn, one or eight.
fn put_all(thread: u32, end: u32) {
    for (var e = thread; e < end; e += LANES * EACH) {
        put(e);
        if EACH == 8u {
            put_before(e + LANES, end);
            put_before(e + 2u * LANES, end);
            put_before(e + 3u * LANES, end);
            put_before(e + 4u * LANES, end);
            put_before(e + 5u * LANES, end);
            put_before(e + 6u * LANES, end);
            put_before(e + 7u * LANES, end);
        }
    }
}

fn put_before(e: u32, end: u32) {
    if e < end {
        put(e);
    }
}
