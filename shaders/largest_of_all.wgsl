// Lets every thread of the workgroup know the best of all.
var<workgroup> bests: array<Largest, LANES>;

fn largest_of_all(thread: u32) {
    bests[thread] = best;
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if thread < half {
            let a = bests[thread + half];
            if a.place != NO_PLACE && (best.place == NO_PLACE || comes_first(a)) {
                best = a;
            }
            bests[thread] = best;
        }
    }
    workgroupBarrier();
    best = bests[0];
    // Nobody may write the next before everybody has read this one.
    workgroupBarrier();
}
