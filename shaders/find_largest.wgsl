// The largest of the candidates and its place, the first of several: LANES threads look through them, EACH in
// a turn, one or eight. NaN is the largest, so that it is not hidden; a shader may assume that it does not occur,
// hence the bits.
struct Largest {
    value: f32,
    place: u32,
}
var<private> best: Largest;
const NO_PLACE: u32 = 0xffffffffu;

fn is_number(value: f32) -> bool {
    return (bitcast<u32>(value) & 0x7fffffffu) <= 0x7f800000u;
}

// Whether `a` comes before the best so far.
fn comes_first(a: Largest) -> bool {
    if is_number(a.value) != is_number(best.value) {
        return is_number(best.value);
    }
    if a.place < best.place && (a.value == best.value || !is_number(a.value)) {
        return true;
    }
    return a.value > best.value;
}

fn consider(e: u32) {
    let a = Largest(candidate(e), e);
    if best.place == NO_PLACE || comes_first(a) {
        best = a;
    }
}

fn consider_before(e: u32, end: u32) {
    if e < end {
        consider(e);
    }
}

fn find_largest(thread: u32, end: u32) -> Largest {
    best = Largest(0.0, NO_PLACE);
    for (var e = thread; e < end; e += LANES * EACH) {
        consider(e);
        if EACH == 8u {
            consider_before(e + LANES, end);
            consider_before(e + 2u * LANES, end);
            consider_before(e + 3u * LANES, end);
            consider_before(e + 4u * LANES, end);
            consider_before(e + 5u * LANES, end);
            consider_before(e + 6u * LANES, end);
            consider_before(e + 7u * LANES, end);
        }
    }
    largest_of_all(thread);
    return best;
}
