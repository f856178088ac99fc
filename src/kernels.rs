//! HOW one launch computes. A [`Kernel`] is a WGSL file in `shaders/` and a CPU twin with the
//! same stem here: the same parameter names, the same order of bindings. The mathematics is
//! written twice on purpose, so that a formula that is wrong in one place shows up.
//!
//! [`COMMON`] and each op's own, together [`crate::verify::every_kernel`], feed parity, `verify`, the docs and the
//! tests. To read one kernel, begin with [`multiply`]: its
//! parameters, its [`Kernel`], its twin, its awkward cases, and `shaders/multiply.wgsl`.
//!
//! # A shader
//!
//! The text of a launch's shader is put together by [`Shader`], in one way:
//!
//! ```text
//! Shader::of(recipe, wgsl!("batch_norm_forward.wgsl"))   the kernel's file: its bindings, its mathematics
//!     .set("affine", recipe.binds("weight"))             a choice, which the file declares as an `override`
//!     .activation()                                      a piece: `forward` and `derivative`
//!     .strided(count, WIDTH)                             the entry point, which calls the file's `element`
//! ```
//!
//! - Behind the kernel's file stands what is generated: `struct Params` and `p`, of the host's
//!   [`parameters!`](crate::parameters) and the names of the [`Binding`]s. Bindings themselves are written by hand, with
//!   the shapes.
//! - Pieces are files, too: no WGSL is written in Rust. A piece calls functions of the kernel's file by a name that its
//!   first lines tell (`term`, `put`, `candidate`, `element`, `item`), or is called by it (`sum_terms`, `finish`, …).
//! - What differs from launch to launch is a value in `p`. What differs from pipeline to pipeline is an `override`
//!   (small letters: a branch, or a number that is to be folded), a `const` (capitals: what types and sizes depend on),
//!   or one of several pieces; all of them are in the label, so that equal labels mean equal pipelines.
//! - One exception: drivers that compute on the CPU want convolutions whose loops over taps and filters are written
//!   out, and `conv/unroll.rs` does so.
//!
//! `gradus explain --wgsl NODE` prints what comes of it.

pub mod activation;
pub mod batch_norm;
mod batch_norm_cases;
pub mod batch_norm_gradient;
pub mod case;
pub mod clip;
pub mod concat;
pub mod conv;
pub mod dropout;
pub mod embedding;
pub mod gather;
pub mod gather_augmented;
pub mod grid;
mod kernel;
pub mod layer_norm;
pub mod loss;
pub mod matmul;
pub mod multiply;
pub mod optimizer;
pub mod pool;
mod recipe;
mod shader;
pub mod shortcut;
pub mod softmax;
pub mod statistics;
mod step;
pub mod sum;
pub mod sum_through;
mod twin;

pub use crate::optimizers::SCALARS;
pub use case::{Case, Operand};
pub use grid::{Grid, LARGEST_GRID, Lanes, WIDTH};
pub use kernel::{
    ALIGNMENT, Access, Binding, Cost, Element, Kernel, Parameter, Parameters, Scalar, product, read, reads,
    reads_words, writes, writes_words,
};
pub use matmul::sum as matmul_sum;
pub use recipe::{Recipe, Source, Tile, Variant};
pub use shader::Shader;
pub(crate) use shader::wgsl;
pub use step::Step;
pub use twin::{Arguments, CHUNK, Slot, Twin, Twinned, is_finite, wrong_bindings};

/// The kernels that serve networks of any ops, in the order in which a training step meets them; an op's own stand in
/// its [`crate::ops::Kind`].
pub const COMMON: &[&Kernel] = &[
    &gather::GATHER_BYTES,
    &gather::GATHER_FLOATS,
    &gather_augmented::GATHER_AUGMENTED,
    &matmul::NT,
    &activation::FORWARD,
    &loss::CATEGORICAL,
    &loss::BERNOULLI,
    &loss::NORMAL,
    &statistics::STATISTICS,
    &activation::BACKWARD,
    &matmul::TN,
    &matmul::NN,
    &matmul_sum::MATMUL_SUM,
    &sum::SUM,
    &sum_through::SUM_THROUGH,
    &clip::SQUARES,
    &clip::FACTORS,
    &optimizer::OPTIMIZER,
];
