// dweight[w] = Σ dy[t] over the tokens t with x[t] = w, in a fixed order: one workgroup a word, which looks
// through all tokens, so that there are no atomics and two runs agree to the last bit.
@group(1) @binding(0) var<storage, read> dy: array<f32>;            // [rows, tokens, units]
@group(1) @binding(1) var<storage, read> x: array<f32>;             // [rows, tokens]
@group(1) @binding(2) var<storage, read_write> dweight: array<f32>; // [vocabulary, units]

// dy of a unit of token t where that is the word, else 0; z is the replica.
fn share(word: u32, unit: u32, t: u32, z: u32) -> f32 {
    if t >= min(step.rows, p.rows) * p.tokens || unit >= p.units {
        return 0.0;
    }
    let last = p.vocabulary - 1u;
    if min(u32(clamp(x[z * p.x_stride + t], 0.0, f32(last)) + 0.5), last) != word {
        return 0.0;
    }
    return dy[z * p.dy_stride + t * p.units + unit];
}

// The shares of eight neighbouring tokens.
fn eight(word: u32, unit: u32, t: u32, z: u32) -> f32 {
    let first = share(word, unit, t, z) + share(word, unit, t + 1u, z);
    let second = share(word, unit, t + 2u, z) + share(word, unit, t + 3u, z);
    let third = share(word, unit, t + 4u, z) + share(word, unit, t + 5u, z);
    let fourth = share(word, unit, t + 6u, z) + share(word, unit, t + 7u, z);
    return (first + second) + (third + fourth);
}

// ACROSS threads take neighbouring units, and the others of the workgroup other tokens.
const APART = LANES / ACROSS;
var<workgroup> partial: array<f32, LANES>;

fn item(word: u32, thread: u32, z: u32) {
    for (var first = 0u; first < p.units; first += ACROSS) {
        let unit = first + thread % ACROSS;
        var sum = 0.0;
        var recent = 0.0; // of up to 32 turns: what is added to a long sum loses digits
        var turn = 0u;
        // Many at a time: the sums round less, and some drivers end a thread's loops after 65,535 turns.
        for (var t = thread / ACROSS * EACH; t < min(step.rows, p.rows) * p.tokens; t += APART * EACH) {
            var some = eight(word, unit, t, z);
            if EACH == 32u {
                some = (some + eight(word, unit, t + 8u, z))
                    + (eight(word, unit, t + 16u, z) + eight(word, unit, t + 24u, z));
            }
            recent += some;
            turn++;
            if turn % 32u == 0u {
                sum += recent;
                recent = 0.0;
            }
        }
        sum += recent;
        if APART > 1u {
            partial[thread] = sum;
            for (var half = APART / 2u; half > 0u; half /= 2u) {
                workgroupBarrier();
                if thread < half * ACROSS {
                    partial[thread] += partial[thread + half * ACROSS];
                }
            }
            // A thread of the first ACROSS reads what it has written itself.
            sum = partial[thread];
            workgroupBarrier();
        }
        if thread < ACROSS && unit < p.units {
            dweight[z * p.dweight_stride + word * p.units + unit] = sum;
        }
    }
}
