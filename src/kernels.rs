//! HOW one launch computes. A kernel is a WGSL file in `shaders/` and a CPU twin with the
//! same stem here: the same parameter names, the same order of bindings. The mathematics is
//! written twice on purpose, so that a formula that is wrong in one place shows up.
//!
//! [`COMMON`] and each op's own, together [`crate::verify::every_kernel`], feed parity, `verify`, the docs and the tests.

pub mod activation;
pub mod batch_norm;
mod batch_norm_cases;
pub mod batch_norm_gradient;
pub mod case;
pub mod clip;
pub mod concat;
pub mod conv;
mod conv_cases;
pub mod conv_geometry;
mod conv_source;
pub mod dropout;
pub mod embedding;
pub mod gather;
pub mod gather_augmented;
pub mod grid;
pub mod layer_norm;
pub mod loss;
pub mod matmul;
mod matmul_cases;
pub mod matmul_source;
pub mod matmul_sum;
pub mod multiply;
pub mod optimizer;
pub mod pool;
mod pool_plane;
pub mod shortcut;
pub mod softmax;
pub mod statistics;
pub mod sum;
pub mod sum_through;

use std::sync::Arc;

use crate::{activations::Activation, optimizers::Rule, real::Real};
pub use case::{Case, Operand};
pub use grid::{Grid, LARGEST_GRID, Lanes, WIDTH};

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

/// One computation, as both devices know it.
pub struct Kernel {
    /// The name, which is also the stem of its files.
    pub name: &'static str,
    /// What it computes, in the notation of the shader.
    pub formula: &'static str,
    /// What a launch binds, in the shader's order.
    pub bindings: &'static [Binding],
    /// The names of the u32 and f32 parameters in the shader's `Params`, in order. One
    /// `<binding>_stride` for each binding follows them there: elements between replicas.
    pub parameters: &'static [&'static str],
    /// The WGSL of a launch, and its grid.
    pub source: fn(&Recipe) -> Source,
    /// The CPU twin.
    pub cpu: Twin,
    /// What a launch costs, from its parameters.
    pub cost: fn(&[u8]) -> Cost,
    /// Awkward cases for parity.
    pub cases: fn() -> Vec<Case>,
    /// The largest error that parity allows, in units of ε·√K·(1 + |value|), where ε is that
    /// of f32 and K the number of terms that are summed into one value.
    pub tolerance: f64,
}

/// Kernels are their names.
impl PartialEq for Kernel {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl std::fmt::Debug for Kernel {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// One buffer of a launch.
pub struct Binding {
    /// Its name in the shader.
    pub name: &'static str,
    /// Whether the launch writes it.
    pub access: Access,
    /// What it holds.
    pub element: Element,
}

/// Whether a launch writes a buffer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// Only read.
    Read,
    /// Written, perhaps also read.
    Write,
}

/// What a buffer holds, four bytes each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Element {
    /// f32 on the GPU; f32 or f64 on the CPU.
    Real,
    /// u32.
    Word,
}

/// A binding of reals that is read.
pub const fn reads(name: &'static str) -> Binding {
    Binding { name, access: Access::Read, element: Element::Real }
}

/// A binding of words that is read.
pub const fn reads_words(name: &'static str) -> Binding {
    Binding { name, access: Access::Read, element: Element::Word }
}

/// A binding of reals that is written.
pub const fn writes(name: &'static str) -> Binding {
    Binding { name, access: Access::Write, element: Element::Real }
}

/// A binding of words that is written.
pub const fn writes_words(name: &'static str) -> Binding {
    Binding { name, access: Access::Write, element: Element::Word }
}

/// What a kernel leaves open for a launch to fill in.
#[derive(Clone, Debug, Default)]
pub enum Variant {
    /// Nothing.
    #[default]
    Plain,
    /// An activation: applied to the result, or its derivative multiplied to it.
    Activation(&'static Activation),
    /// An optimizer's update rule.
    Update(Arc<dyn Rule>),
}

impl Variant {
    /// The activation, if there is one.
    pub fn activation(&self) -> Option<&'static Activation> {
        match self {
            Variant::Activation(activation) => Some(activation),
            _ => None,
        }
    }

    /// A short name for labels: the activation's, or the optimizer's.
    pub fn name(&self) -> &str {
        match self {
            Variant::Plain => "",
            Variant::Activation(activation) => activation.name,
            Variant::Update(rule) => rule.name(),
        }
    }
}

/// Which of several shaders for one kernel suits the adapter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tile {
    /// Chosen for a real GPU by the size of the result.
    Hardware,
    /// The small tiles for a real GPU, whatever the size.
    HardwareSmall,
    /// The large tiles for a real GPU, whatever the size.
    HardwareLarge,
    /// For a software driver, which has wide vectors, few threads and dear barriers.
    Software,
    /// For a software driver whose subgroups have 8 lanes, and that has 64-bit integers.
    SoftwareSubgroups,
}

impl Tile {
    /// Those to prove on any adapter; [`Tile::SoftwareSubgroups`] needs subgroups of 8 lanes.
    pub const ALL: [Tile; 4] = [Tile::HardwareSmall, Tile::HardwareLarge, Tile::Software, Tile::SoftwareSubgroups];
}

/// All that the choice of a launch's shader may depend on.
pub struct Recipe<'a> {
    /// The kernel's parameters.
    pub parameters: &'a [u8],
    /// What fills the kernel's open place.
    pub variant: &'a Variant,
    /// For each binding, whether something is bound there.
    pub bound: &'a [bool],
    /// The family of shaders for this adapter.
    pub tile: Tile,
    /// Copies of the network in the same launch.
    pub replicas: usize,
}

/// The shader of one launch.
#[derive(Clone, Debug)]
pub struct Source {
    /// Equal labels mean equal pipelines.
    pub label: String,
    /// The whole text.
    pub wgsl: String,
    /// Values of its `override`s.
    pub constants: Vec<(&'static str, f64)>,
    /// Its workgroups, and how far its loops go.
    pub grid: Grid,
}

/// What a launch costs: an estimate for `explain`, `summary` and benches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Floating-point operations; a multiply-add counts two.
    pub flops: u64,
    /// Bytes that must be read or written at least.
    pub bytes: u64,
}

/// The CPU twin, for training and for proofs.
pub struct Twin {
    /// In f32.
    pub f32: fn(&mut Arguments<f32>),
    /// In f64.
    pub f64: fn(&mut Arguments<f64>),
}

/// Makes a [`Twin`] of one generic function.
#[macro_export]
macro_rules! twin {
    ($function:path) => {{
        use $function as function;
        $crate::kernels::Twin { f32: function::<f32>, f64: function::<f64> }
    }};
}

/// What a CPU twin gets: one replica's view of one launch.
pub struct Arguments<'a, T> {
    /// The kernel's parameters as bytes; see [`Arguments::parameters`].
    pub parameters: &'a [u8],
    /// The step's numbers.
    pub step: &'a Step,
    /// Which of the network's copies this is; the z of the shader's grid.
    pub replica: u32,
    /// What fills the kernel's open place.
    pub variant: &'a Variant,
    /// The buffers, in the order of the kernel's bindings; an unbound one is empty.
    pub slots: Vec<Slot<'a, T>>,
}

impl<'a, T> Arguments<'a, T> {
    /// The parameters as the kernel's own struct.
    pub fn parameters<P: bytemuck::AnyBitPattern>(&self) -> P {
        bytemuck::pod_read_unaligned(self.parameters)
    }
}

/// One buffer as a CPU twin sees it.
#[derive(Debug)]
pub enum Slot<'a, T> {
    /// Reals to read.
    Real(&'a [T]),
    /// Reals to write.
    RealMut(&'a mut [T]),
    /// Words to read.
    Word(&'a [u32]),
    /// Words to write.
    WordMut(&'a mut [u32]),
}

/// The plan and the twin disagree about a kernel's bindings: a mistake in this crate.
pub fn wrong_bindings() -> ! {
    unreachable!("the slots follow the kernel's bindings")
}

/// How many numbers of its own an optimizer may ask for in a step.
pub const SCALARS: usize = 16;

/// What changes from step to step; everything else in a launch is fixed by the plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Updates done before this one.
    pub index: u32,
    /// The row of the statistics buffer that this step writes.
    pub slot: u32,
    /// Where the batch begins in the order of examples.
    pub first: u32,
    /// Examples in this batch: a last one may be smaller than the plan's.
    pub rows: u32,
    /// The run's seed, for kernels that draw random numbers.
    pub seed: u64,
    /// The optimizer's numbers, computed on the host in f64.
    pub scalars: [f64; SCALARS],
}

impl Step {
    /// A step over the first `rows` examples, for cases and evaluation.
    pub fn over(rows: usize) -> Self {
        Step { index: 0, slot: 0, first: 0, rows: rows as u32, seed: 0, scalars: [0.0; SCALARS] }
    }
}

/// A parameter struct whose field names the tests compare with the shader's.
pub trait Parameters: bytemuck::Pod {
    /// The names, in order.
    const FIELDS: &'static [&'static str];
}

/// Declares a kernel's parameters once: the struct that the twin reads, the bytes that the
/// shader reads, and the names that a test compares.
#[macro_export]
macro_rules! parameters {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty),* $(,)? }) => {
        $(#[$doc])*
        #[repr(C)]
        #[derive(Clone, Copy, Debug, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
        pub struct $name { $($(#[$field_doc])* pub $field: $kind),* }
        impl $crate::kernels::Parameters for $name {
            const FIELDS: &'static [&'static str] = &[$(stringify!($field)),*];
        }
    };
}

/// Reads a kernel's parameters from a launch's bytes.
pub fn read<P: Parameters>(bytes: &[u8]) -> P {
    bytemuck::pod_read_unaligned(bytes)
}

/// The struct of a step's numbers, which every shader that needs them appends.
pub const STEP_WGSL: &str = include_str!("../shaders/step.wgsl");

/// The pairs of a slice and the CPU threads: element-wise twins cut their work there.
pub const CHUNK: usize = 1 << 15;

/// Product in f64 for cost estimates, which must not overflow.
pub fn product(factors: &[u32]) -> u64 {
    factors.iter().map(|&factor| u64::from(factor)).product()
}

/// Checks that a real is neither NaN nor infinite, by its exponent's bits: a shader may assume
/// that NaN does not occur, so both twins test bits.
pub fn is_finite<T: Real>(value: T) -> bool {
    (value.f64() as f32).to_bits() & 0x7f80_0000 != 0x7f80_0000
}
