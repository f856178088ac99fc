//! Matrix products in the three forms that a dense layer needs, with what follows them fused:
//! NT forward (bias, activation), NN backward to the input (times the derivative of the
//! activation below), TN backward to the weights (with the sums that are the bias's gradient).
//!
//! One twin each, two families of shaders: `matmul_tiled.wgsl` for real GPUs and
//! `matmul_rows.wgsl` for software drivers; `matmul_source.rs` chooses.

use rayon::prelude::*;

use super::matmul_source::{self, Epilogue, Form, Shape};
use super::matmul_sum::MatmulSumParameters;
use super::{Arguments, Cost, Kernel, Parameters, Recipe, Slot, Source};
use super::{activation, matmul_cases, product, read, reads, writes, wrong_bindings};
use crate::{parameters, real::Real, twin};

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

/// Into how many slices the terms of a product are cut, whose results [`super::matmul_sum`] adds: one, unless
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
    bindings: &[reads("a"), reads("b"), reads("bias"), writes("c")],
    parameters: MatmulParameters::FIELDS,
    source: |recipe| source(recipe, Form::Nt),
    cpu: twin!(nt),
    cost,
    cases: || matmul_cases::cases(Form::Nt),
    tolerance: 8.0,
};

/// c[m, n] = (a[m, k] · b[k, n]) ∘ f′(y[m, n])
pub const NN: Kernel = Kernel {
    name: "matmul_nn",
    formula: "c[m,n] = (a[m,k] b[k,n]) * f'(y[m,n])",
    bindings: &[reads("a"), reads("b"), reads("y"), writes("c")],
    parameters: MatmulParameters::FIELDS,
    source: |recipe| source(recipe, Form::Nn),
    cpu: twin!(nn),
    cost,
    cases: || matmul_cases::cases(Form::Nn),
    tolerance: 8.0,
};

/// c[m, n] = a[k, m]ᵀ · b[k, n]; row_sums[m] = Σ a[k, m]
pub const TN: Kernel = Kernel {
    name: "matmul_tn",
    formula: "c[m,n] = a[k,m]' b[k,n]; row_sums[m] = sum a[k,m]",
    bindings: &[reads("a"), reads("b"), writes("c"), writes("row_sums")],
    parameters: MatmulParameters::FIELDS,
    source: |recipe| source(recipe, Form::Tn),
    cpu: twin!(tn),
    cost,
    cases: || matmul_cases::cases(Form::Tn),
    tolerance: 8.0,
};

fn source(recipe: &Recipe, form: Form) -> Source {
    let p @ MatmulParameters { m, n, k, .. } = read(recipe.parameters);
    let extra = if form == Form::Tn { recipe.bound[3] } else { recipe.bound[2] };
    let activation = recipe.variant.activation();
    let shape = Shape { m, n, k, slices: p.slices, slice: p.slice() };
    let variant = matmul_source::Variant::choose(shape, recipe.replicas, recipe.tile);
    matmul_source::source(form, shape, &Epilogue { activation: activation.map(|a| a.wgsl), extra }, variant)
}

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
    sliced(p, (a, k, 1), (b, 1, k), !bias.is_empty(), c);
    if let Some(activation) = arguments.variant.activation() {
        c.par_chunks_mut(super::CHUNK).for_each(|c| activation::map(&activation.forward, c));
    }
}

fn nn<T: Real>(arguments: &mut Arguments<T>) {
    let p @ MatmulParameters { n, k, .. } = arguments.parameters();
    let [Slot::Real(a), Slot::Real(b), Slot::Real(y), Slot::RealMut(c)] = &mut arguments.slots[..] else {
        wrong_bindings()
    };
    sliced(p, (a, k, 1), (b, n, 1), false, c);
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
    sliced(p, (a, 1, m), (b, n, 1), false, c);
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

/// A product, each slice of its terms to a matrix of its own.
fn sliced<T: Real>(p: MatmulParameters, a: Matrix<T>, b: Matrix<T>, add: bool, c: &mut [T]) {
    let [m, n, k, slice] = [p.m, p.n, p.k, p.slice()].map(|extent| extent as usize);
    if p.slices == 1 {
        return gemm((m, n, k), a, b, add, c);
    }
    c.par_chunks_exact_mut(m * n).enumerate().for_each(|(at, c)| {
        let (begin, end) = ((at * slice).min(k), ((at + 1) * slice).min(k));
        if begin == end {
            return c.fill(T::zero());
        }
        let (a0, b0) = (begin * a.2 as usize, begin * b.1 as usize);
        gemm_on(false, (m, n, end - begin), (&a.0[a0..], a.1, a.2), (&b.0[b0..], b.1, b.2), add, c);
    });
}

/// A matrix and its strides in elements, from one row to the next and one column to the next.
type Matrix<'a, T> = (&'a [T], u32, u32);

/// c [m, n] = a · b, or c + a · b, by the GEMM crate. Every value is summed in an order that
/// does not depend on the number of threads.
pub fn gemm<T: Real>((m, n, k): (usize, usize, usize), a: Matrix<T>, b: Matrix<T>, add: bool, c: &mut [T]) {
    // Waking threads costs more than a small product.
    gemm_on(m * n * k >= 1 << 18, (m, n, k), a, b, add, c);
}

/// [`gemm`] on all threads, or on this one, for callers that occupy the threads themselves.
pub(super) fn gemm_on<T: Real>(
    threads: bool,
    (m, n, k): (usize, usize, usize),
    a: Matrix<T>,
    b: Matrix<T>,
    add: bool,
    c: &mut [T],
) {
    let last = |matrix: Matrix<T>, rows: usize, columns: usize| {
        rows.saturating_sub(1) * matrix.1 as usize + columns.saturating_sub(1) * matrix.2 as usize
    };
    let fits = |matrix: Matrix<T>, rows, columns| rows * columns == 0 || matrix.0.len() > last(matrix, rows, columns);
    assert!(fits(a, m, k) && fits(b, k, n) && c.len() >= m * n, "the matrices fit their shapes");
    let stride = |stride: u32| stride as isize;
    let threads = if threads { gemm::Parallelism::Rayon(0) } else { gemm::Parallelism::None };
    // SAFETY: the three slices hold the whole matrices (asserted above), c overlaps neither of
    // the others since it is borrowed mutably.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            c.as_mut_ptr(),
            1,
            n as isize,
            add,
            a.0.as_ptr(),
            stride(a.2),
            stride(a.1),
            b.0.as_ptr(),
            stride(b.2),
            stride(b.1),
            T::one(),
            T::one(),
            false,
            false,
            false,
            threads,
        );
    }
}
