// Calls `put` for 0 to before the end: LANES threads, EACH in a turn.
fn put_all(thread: u32, end: u32) {
    for (var e = thread; e < end; e += LANES * EACH) {
        put_several(e, end);
    }
}
