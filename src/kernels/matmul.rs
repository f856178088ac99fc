//! Matrix products in the three forms that a dense layer needs, with what follows them fused:
//! NT forward (bias, activation), NN backward to the input (times the derivative of the
//! activation below), TN backward to the weights (with the sums that are the bias's gradient).
//!
//! One twin each, two families of shaders: `matmul_tiled.wgsl` for real GPUs and
//! `matmul_rows.wgsl` for software drivers; [`source`] chooses.

mod cases;
mod gemm;
pub mod source;
pub mod sum;

use rayon::prelude::*;

use super::{Arguments, Cost, Kernel, Parameters, Slot, activation, product, read, reads, writes, wrong_bindings};
use crate::{parameters, real::Real, twin};
pub use gemm::gemm;
pub(super) use gemm::gemm_on;
use source::Form;
use sum::MatmulSumParameters;

parameters! {
    /// The shape of a product: c is [m, n], and k terms are summed for each of its values.
    MatmulParameters {
        /// Rows of c.
        m: u32,
        /// Columns of c.
        n: u32,
        /// Terms of each sum.
        k: u32,
        /// Parts into which the terms are cut, each with a matrix c of its own; see [`slices`].
        slices: u32,
    }
}

impl MatmulParameters {
    /// A product in as many slices as suit it.
    pub fn of(m: u32, n: u32, k: u32) -> Self {
        MatmulParameters { m, n, k, slices: slices(m, n, k) }
    }

    /// A product in one piece.
    pub fn whole(m: u32, n: u32, k: u32) -> Self {
        MatmulParameters { m, n, k, slices: 1 }
    }

    /// Terms of each slice but the last: a multiple of what a shader takes at once.
    pub fn slice(&self) -> u32 {
        self.k.div_ceil(self.slices).next_multiple_of(16)
    }

    /// Numbers of all slices together.
    pub fn results(&self) -> usize {
        self.slices as usize * self.m as usize * self.n as usize
    }

    /// Row sums of all slices together.
    pub fn sums(&self) -> usize {
        self.slices as usize * self.m as usize
    }

    /// The sum over the slices.
    pub fn sum(&self) -> MatmulSumParameters {
        MatmulSumParameters { count: self.m * self.n, columns: self.n, slices: self.slices }
    }
}

/// Terms that are added one after the other: a sum of many more loses digits.
const LONG: u32 = 4096;

/// The most terms of one slice: some drivers end a thread's loops after 65,535 turns.
const LONGEST: u32 = 200_000;

/// The most elements of all slices of a product together, where there need be no more slices.
const PARTIALS: u64 = 1 << 22;

/// Into how many slices the terms of a product are cut, whose results [`sum`] adds: one, unless
/// there are many. Fixed by the shape alone, so that every device sums in the same order. Long sums of few
/// numbers fill a GPU only so.
fn slices(m: u32, n: u32, k: u32) -> u32 {
    if k <= 2 * LONG {
        return 1;
    }
    let room = PARTIALS / product(&[m, n]).max(1);
    room.clamp(1, k.div_ceil(LONG).into()).max(k.div_ceil(LONGEST).into()) as u32
}

/// c[m, n] = f(a[m, k] · b[n, k]ᵀ + bias[n])
pub const NT: Kernel = Kernel {
    name: "matmul_nt",
    formula: "c[m,n] = f(a[m,k] b[n,k]' + bias[n])",
    bindings: &[reads("a"), reads("b"), reads("bias").optional(), writes("c")],
    parameters: MatmulParameters::FIELDS,
    source: |recipe| source::source(recipe, Form::Nt),
    cpu: twin!(nt),
    cost,
    cases: || cases::cases(Form::Nt),
    tolerance: 8.0,
};

/// c[m, n] = (a[m, k] · b[k, n]) ∘ f′(y[m, n])
pub const NN: Kernel = Kernel {
    name: "matmul_nn",
    formula: "c[m,n] = (a[m,k] b[k,n]) * f'(y[m,n])",
    bindings: &[reads("a"), reads("b"), reads("y").optional(), writes("c")],
    parameters: MatmulParameters::FIELDS,
    source: |recipe| source::source(recipe, Form::Nn),
    cpu: twin!(nn),
    cost,
    cases: || cases::cases(Form::Nn),
    tolerance: 8.0,
};

/// c[m, n] = a[k, m]ᵀ · b[k, n]; row_sums[m] = Σ a[k, m]
pub const TN: Kernel = Kernel {
    name: "matmul_tn",
    formula: "c[m,n] = a[k,m]' b[k,n]; row_sums[m] = sum a[k,m]",
    bindings: &[reads("a"), reads("b"), writes("c"), writes("row_sums").optional()],
    parameters: MatmulParameters::FIELDS,
    source: |recipe| source::source(recipe, Form::Tn),
    cpu: twin!(tn),
    cost,
    cases: || cases::cases(Form::Tn),
    tolerance: 8.0,
};

fn cost(parameters: &[u8]) -> Cost {
    let MatmulParameters { m, n, k, .. } = read(parameters);
    Cost { flops: 2 * product(&[m, n, k]), bytes: 4 * (product(&[m, k]) + product(&[k, n]) + product(&[m, n])) }
}

fn nt<T: Real>(arguments: &mut Arguments<T>) {
    let p @ MatmulParameters { n, k, .. } = arguments.parameters();
    let [Slot::Real(a), Slot::Real(b), Slot::Real(bias), Slot::RealMut(c)] = &mut arguments.slots[..] else {
        wrong_bindings()
    };
    if !bias.is_empty() {
        c.chunks_exact_mut(n as usize).for_each(|row| row.copy_from_slice(bias));
    }
    gemm::sliced(p, (a, k, 1), (b, 1, k), !bias.is_empty(), c);
    if let Some(activation) = arguments.variant.activation() {
        c.par_chunks_mut(super::CHUNK).for_each(|c| activation::map(&activation.forward, c));
    }
}

fn nn<T: Real>(arguments: &mut Arguments<T>) {
    let p @ MatmulParameters { n, k, .. } = arguments.parameters();
    let [Slot::Real(a), Slot::Real(b), Slot::Real(y), Slot::RealMut(c)] = &mut arguments.slots[..] else {
        wrong_bindings()
    };
    gemm::sliced(p, (a, k, 1), (b, n, 1), false, c);
    if let Some(activation) = arguments.variant.activation() {
        let chunks = c.par_chunks_mut(super::CHUNK).zip(y.par_chunks(super::CHUNK));
        chunks.for_each(|(c, y)| activation::slope(activation.slope(), c, y));
    }
}

fn tn<T: Real>(arguments: &mut Arguments<T>) {
    let p @ MatmulParameters { m, n, .. } = arguments.parameters();
    let [Slot::Real(a), Slot::Real(b), Slot::RealMut(c), Slot::RealMut(row_sums)] = &mut arguments.slots[..] else {
        wrong_bindings()
    };
    gemm::sliced(p, (a, 1, m), (b, n, 1), false, c);
    let m = m as usize;
    let slices = row_sums.par_chunks_exact_mut(m).zip(a.par_chunks(p.slice() as usize * m));
    slices.for_each_init(
        || vec![T::zero(); m],
        |some, (sums, a)| {
            sums.fill(T::zero());
            // A few rows at a time: a sum of many terms loses digits.
            for rows in a.chunks(64 * m) {
                some.fill(T::zero());
                for row in rows.chunks_exact(m) {
                    some.iter_mut().zip(row).for_each(|(sum, &a)| *sum += a);
                }
                sums.iter_mut().zip(&*some).for_each(|(sum, &some)| *sum += some);
            }
        },
    );
}
