//! The number type of the CPU device: f32 to train, f64 to prove gradients.

use crate::kernels::{Arguments, Twin};

/// f32 or f64, so that a CPU twin is written once.
pub trait Real:
    num_traits::Float + num_traits::NumAssign + std::iter::Sum + bytemuck::Pod + Default + Send + Sync + std::fmt::Debug
{
    /// The nearest value of this type.
    fn of(value: f64) -> Self;
    /// This value in f64, exactly.
    fn f64(self) -> f64;
    /// A kernel's twin for this type.
    fn twin(twin: &Twin) -> fn(&mut Arguments<Self>);
}

impl Real for f32 {
    fn of(value: f64) -> Self {
        value as f32
    }
    fn f64(self) -> f64 {
        f64::from(self)
    }
    fn twin(twin: &Twin) -> fn(&mut Arguments<Self>) {
        twin.f32
    }
}

impl Real for f64 {
    fn of(value: f64) -> Self {
        value
    }
    fn f64(self) -> f64 {
        self
    }
    fn twin(twin: &Twin) -> fn(&mut Arguments<Self>) {
        twin.f64
    }
}

/// Sums that [`lane_sums`] keeps side by side.
const LANES: usize = 16;

/// Sums of terms over pairs of numbers, in a fixed order. The compiler does not change the order of a sum,
/// so that there is one for each lane of a vector.
pub fn lane_sums<'a, T: Real, const N: usize>(
    runs: impl Iterator<Item = (&'a [T], &'a [T])>,
    term: impl Fn(T, T) -> [T; N],
) -> [T; N] {
    let mut lanes = [[T::zero(); LANES]; N];
    let mut add = |lane: usize, a: T, b: T| {
        let terms = term(a, b);
        (0..N).for_each(|sum| lanes[sum][lane] += terms[sum]);
    };
    for (a, b) in runs {
        let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
        a.iter().zip(b).for_each(|(a, b)| (0..LANES).for_each(|lane| add(lane, a[lane], b[lane])));
        a_rest.iter().zip(b_rest).enumerate().for_each(|(lane, (&a, &b))| add(lane, a, b));
    }
    lanes.map(|lanes| lanes.into_iter().sum())
}
