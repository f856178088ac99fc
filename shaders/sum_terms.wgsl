// The sum of `term` over 0 to before the end by LANES threads, in a fixed order; each takes EACH terms in a
// turn, one or eight, which are added in pairs: long sums round less, and some drivers end a thread's loops after
// 65,535 turns.
fn sum_terms(thread: u32, end: u32) -> vec2<f32> {
    var sum = vec2<f32>(0.0);
    var some = vec2<f32>(0.0); // of up to 32 turns: what is added to a long sum loses digits
    var turn = 0u;
    for (var e = thread; e < end; e += LANES * EACH) {
        some += several_terms(e, end);
        turn++;
        if turn % 32u == 0u {
            sum += some;
            some = vec2<f32>(0.0);
        }
    }
    return total(thread, sum + some);
}

fn several_terms(e: u32, end: u32) -> vec2<f32> {
    if EACH == 1u {
        return term(e);
    }
    let first = term_before(e, end) + term_before(e + LANES, end);
    let second = term_before(e + 2u * LANES, end) + term_before(e + 3u * LANES, end);
    let third = term_before(e + 4u * LANES, end) + term_before(e + 5u * LANES, end);
    let fourth = term_before(e + 6u * LANES, end) + term_before(e + 7u * LANES, end);
    return (first + second) + (third + fourth);
}

// A term, or 0 where there is none.
fn term_before(e: u32, end: u32) -> vec2<f32> {
    if e < end {
        return term(e);
    }
    return vec2<f32>(0.0);
}
