//! Matrix products in the three forms that a dense layer needs, with what follows them fused:
//! NT forward (bias, activation), NN backward to the input (times the derivative of the
//! activation below), TN backward to the weights (with the sums that are the bias's gradient).
//!
//! One twin each, two families of shaders: `matmul_tiled.wgsl` for real GPUs and
//! `matmul_rows.wgsl` for software drivers; `matmul_source.rs` chooses.

use rayon::prelude::*;

use super::matmul_source::{self, Epilogue, Form, Shape};
use super::{Arguments, Case, Cost, Kernel, Operand, Parameters, Recipe, Slot, Source, Variant, case};
use super::{activation, product, read, reads, writes, wrong_bindings};
use crate::{activations, parameters, real::Real, twin};

parameters! {
    /// The shape of a product: c is [m, n], and k terms are summed for each of its values.
    MatmulParameters {
        /// Rows of c.
        m: u32,
        /// Columns of c.
        n: u32,
        /// Terms of each sum.
        k: u32,
    }
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
    cases: || cases(Form::Nt),
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
    cases: || cases(Form::Nn),
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
    cases: || cases(Form::Tn),
    tolerance: 8.0,
};

fn source(recipe: &Recipe, form: Form) -> Source {
    let MatmulParameters { m, n, k } = read(recipe.parameters);
    let extra = if form == Form::Tn { recipe.bound[3] } else { recipe.bound[2] };
    let activation = recipe.variant.activation();
    let shape = Shape { m, n, k };
    let variant = matmul_source::Variant::choose(shape, recipe.replicas, recipe.tile);
    matmul_source::source(form, shape, &Epilogue { activation: activation.map(|a| a.wgsl), extra }, variant)
}

fn cost(parameters: &[u8]) -> Cost {
    let MatmulParameters { m, n, k } = read(parameters);
    Cost { flops: 2 * product(&[m, n, k]), bytes: 4 * (product(&[m, k]) + product(&[k, n]) + product(&[m, n])) }
}

fn nt<T: Real>(arguments: &mut Arguments<T>) {
    let MatmulParameters { m, n, k } = arguments.parameters();
    let [Slot::Real(a), Slot::Real(b), Slot::Real(bias), Slot::RealMut(c)] = &mut arguments.slots[..] else {
        wrong_bindings()
    };
    let (rows, columns) = (m as usize, n as usize);
    if !bias.is_empty() {
        c.chunks_exact_mut(columns).for_each(|row| row.copy_from_slice(bias));
    }
    gemm((rows, columns, k as usize), (a, k, 1), (b, 1, k), !bias.is_empty(), c);
    if let Some(activation) = arguments.variant.activation() {
        c.par_chunks_mut(super::CHUNK).for_each(|c| activation::map(&activation.forward, c));
    }
}

fn nn<T: Real>(arguments: &mut Arguments<T>) {
    let MatmulParameters { m, n, k } = arguments.parameters();
    let [Slot::Real(a), Slot::Real(b), Slot::Real(y), Slot::RealMut(c)] = &mut arguments.slots[..] else {
        wrong_bindings()
    };
    gemm((m as usize, n as usize, k as usize), (a, k, 1), (b, n, 1), false, c);
    if let Some(activation) = arguments.variant.activation() {
        let chunks = c.par_chunks_mut(super::CHUNK).zip(y.par_chunks(super::CHUNK));
        chunks.for_each(|(c, y)| activation::slope(activation.slope(), c, y));
    }
}

fn tn<T: Real>(arguments: &mut Arguments<T>) {
    let MatmulParameters { m, n, k } = arguments.parameters();
    let [Slot::Real(a), Slot::Real(b), Slot::RealMut(c), Slot::RealMut(row_sums)] = &mut arguments.slots[..] else {
        wrong_bindings()
    };
    gemm((m as usize, n as usize, k as usize), (a, 1, m), (b, n, 1), false, c);
    if !row_sums.is_empty() {
        row_sums.fill(T::zero());
        for row in a.chunks_exact(m as usize) {
            row_sums.iter_mut().zip(row).for_each(|(sum, &a)| *sum += a);
        }
    }
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
    assert!(a.0.len() >= m * k && b.0.len() >= k * n && c.len() >= m * n, "the matrices fit their shapes");
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

/// Awkward shapes: ones, primes, around a tile, around 512, long and thin either way, more than
/// 65,535 rows.
const SHAPES: &[(usize, usize, usize)] = &[
    (1, 1, 1),
    (1, 7, 5),
    (2, 3, 1),
    (13, 1, 17),
    (15, 63, 16),
    (16, 64, 64),
    (17, 65, 33),
    (31, 37, 41),
    (63, 64, 65),
    (65, 127, 7),
    (129, 128, 130),
    (128, 10, 256),
    (10, 256, 128),
    (1, 513, 3),
    (499, 13, 8),
    (257, 4, 513),
    (3, 509, 12),
    (5, 6, 4099),
    (70_001, 3, 2),
    (3, 70_004, 4),
];

fn cases(form: Form) -> Vec<Case> {
    let mut cases = vec![];
    for (at, &(m, n, k)) in SHAPES.iter().enumerate() {
        // In turn: nothing fused, the third operand, and each activation.
        let extra = at % 4 != 0;
        let fused = activations::ALL.iter().copied().filter(|a| a.of_output()).cycle().nth(at).filter(|_| at % 2 == 1);
        cases.push(case(form, (m, n, k), extra, fused, if at == 6 { 3 } else { 1 }));
    }
    cases
}

fn case(
    form: Form,
    (m, n, k): (usize, usize, usize),
    extra: bool,
    activation: Option<&'static activations::Activation>,
    replicas: usize,
) -> Case {
    // One factor is scaled so that the sums are about 1, however many terms they have.
    let matrix = |name: &str, count: usize| {
        let scale = if (name == "a") == (form == Form::Tn) { 1.0 / (k as f64).sqrt() } else { 1.0 };
        Operand::Reals(case::reals(name, count).iter().map(|value| f64::from((value * scale) as f32)).collect())
    };
    let optional = |operand: Operand| if extra { operand } else { Operand::Unbound };
    // The derivative is asked of values that the activation can give.
    let y = || {
        let mut y = case::reals("y", m * n);
        activation.inspect(|activation| (activation.forward.f64)(&mut y));
        y.iter_mut().for_each(|y| *y = f64::from(*y as f32));
        Operand::Reals(y)
    };
    let (operands, activation) = match form {
        Form::Nt => {
            let third = optional(Operand::Reals(case::reals("bias", n)));
            (vec![matrix("a", m * k), matrix("b", n * k), third, Operand::Output(m * n)], activation)
        }
        Form::Nn => {
            let third = activation.map_or(Operand::Unbound, |_| y());
            (vec![matrix("a", m * k), matrix("b", k * n), third, Operand::Output(m * n)], activation)
        }
        Form::Tn => {
            let fourth = optional(Operand::Output(m));
            (vec![matrix("a", k * m), matrix("b", k * n), Operand::Output(m * n), fourth], None)
        }
    };
    let label = format!("{m} x {n} x {k}{}", activation.map_or(String::new(), |a| format!(" {}", a.name)));
    let parameters = MatmulParameters { m: m as u32, n: n as u32, k: k as u32 };
    let mut case = Case::new(label, parameters, operands);
    case.variant = activation.map_or(Variant::Plain, Variant::Activation);
    case.terms = k;
    case.replicas = replicas;
    case
}
