//! The product of the CPU twins, by the GEMM crate.

use rayon::prelude::*;

use super::MatmulParameters;
use crate::real::Real;

/// A product, each slice of its terms to a matrix of its own.
pub(super) fn sliced<T: Real>(p: MatmulParameters, a: Matrix<T>, b: Matrix<T>, add: bool, c: &mut [T]) {
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

/// Whether a matrix of so many rows and columns lies within its slice: its last element does.
fn fits_in<T>((numbers, down, across): Matrix<T>, rows: usize, columns: usize) -> bool {
    let (Some(row), Some(column)) = (rows.checked_sub(1), columns.checked_sub(1)) else { return true };
    let last = row.checked_mul(down as usize).zip(column.checked_mul(across as usize));
    last.and_then(|(down, across)| down.checked_add(across)).is_some_and(|last| last < numbers.len())
}

/// [`gemm`] on all threads, or on this one, for callers that occupy the threads themselves.
pub(in crate::kernels) fn gemm_on<T: Real>(
    threads: bool,
    (m, n, k): (usize, usize, usize),
    a: Matrix<T>,
    b: Matrix<T>,
    add: bool,
    c: &mut [T],
) {
    let stride = |stride: u32| isize::try_from(stride).expect("a stride within the address space");
    let fits = fits_in(a, m, k) && fits_in(b, k, n) && m.checked_mul(n).is_some_and(|length| length <= c.len());
    assert!(fits, "the matrices fit their shapes");
    let threads = if threads { gemm::Parallelism::Rayon(0) } else { gemm::Parallelism::None };
    // SAFETY: the last element that the strides lead to is within each slice, computed without overflow (asserted
    // above), and so are all others: no stride is negative. The rows of c are one after the other, so that no two of
    // its elements are one place, and c overlaps neither of the others since it is borrowed mutably. T is f32 or f64;
    // of others the crate knows nothing, and panics.
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
