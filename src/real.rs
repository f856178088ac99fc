//! The number type of the CPU device: f32 to train, f64 to prove gradients.

/// f32 or f64, so that a CPU twin is written once.
pub trait Real:
    num_traits::Float + num_traits::NumAssign + std::iter::Sum + bytemuck::Pod + Default + Send + Sync + std::fmt::Debug
{
    /// The nearest value of this type.
    fn of(value: f64) -> Self;
    /// This value in f64, exactly.
    fn f64(self) -> f64;
}

impl Real for f32 {
    fn of(value: f64) -> Self {
        value as f32
    }
    fn f64(self) -> f64 {
        f64::from(self)
    }
}

impl Real for f64 {
    fn of(value: f64) -> Self {
        value
    }
    fn f64(self) -> f64 {
        self
    }
}

/// Sums that [`lane_sums`] keeps side by side.
const LANES: usize = 16;

/// Terms that a lane adds before its sum goes on in f64: a longer sum would lose more digits than f32 must.
const TERMS: usize = 64;

/// Sums of terms over pairs of numbers, in a fixed order. The compiler does not change the order of a sum,
/// so that there is one for each lane of a vector.
pub fn lane_sums<'a, T: Real, const N: usize>(
    runs: impl Iterator<Item = (&'a [T], &'a [T])>,
    term: impl Fn(T, T) -> [T; N],
) -> [T; N] {
    let mut lanes = [[T::zero(); LANES]; N];
    let mut sums = [[0.0f64; LANES]; N];
    let mut filled = 0;
    for (a, b) in runs {
        let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
        for (a, b) in a.chunks(TERMS).zip(b.chunks(TERMS)) {
            for (a, b) in a.iter().zip(b) {
                for lane in 0..LANES {
                    let terms = term(a[lane], b[lane]);
                    (0..N).for_each(|sum| lanes[sum][lane] += terms[sum]);
                }
            }
            filled += a.len();
            if filled >= TERMS {
                carry(&mut lanes, &mut sums);
                filled = 0;
            }
        }
        for (lane, (&a, &b)) in a_rest.iter().zip(b_rest).enumerate() {
            let terms = term(a, b);
            (0..N).for_each(|sum| lanes[sum][lane] += terms[sum]);
        }
        filled += usize::from(!a_rest.is_empty());
    }
    carry(&mut lanes, &mut sums);
    sums.map(|lanes| T::of(lanes.into_iter().sum()))
}

/// Lets sums go on in f64.
fn carry<T: Real, const N: usize>(lanes: &mut [[T; LANES]; N], sums: &mut [[f64; LANES]; N]) {
    for (lane, sum) in lanes.iter_mut().flatten().zip(sums.iter_mut().flatten()) {
        *sum += std::mem::replace(lane, T::zero()).f64();
    }
}

/// Sums of terms in their order, kept in f64: for terms that cost more than an addition.
pub fn sums<T: Real, const N: usize>(terms: impl Iterator<Item = [T; N]>) -> [T; N] {
    let mut sums = [0.0f64; N];
    terms.for_each(|terms| (0..N).for_each(|at| sums[at] += terms[at].f64()));
    sums.map(T::of)
}
