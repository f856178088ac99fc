// The sum of `term` over 0 to before the end by LANES threads, in a fixed order; each takes EACH terms in a
// turn, which `several` adds in pairs: long sums round less, and some drivers end a thread's loops after
// 65,535 turns.
fn sum_terms(thread: u32, end: u32) -> vec2<f32> {
    var sum = vec2<f32>(0.0);
    var some = vec2<f32>(0.0); // of up to 32 turns: what is added to a long sum loses digits
    var turn = 0u;
    for (var e = thread; e < end; e += LANES * EACH) {
        some += several(e, end);
        turn++;
        if turn % 32u == 0u {
            sum += some;
            some = vec2<f32>(0.0);
        }
    }
    return total(thread, sum + some);
}

// A term, or 0 where there is none.
fn term_before(e: u32, end: u32) -> vec2<f32> {
    if e < end {
        return term(e);
    }
    return vec2<f32>(0.0);
}
