//! What a kernel is, and what a launch of it is told.

use super::{Case, Recipe, Source, Twin};

/// One computation, as both devices know it.
pub struct Kernel {
    /// The name, which is also the stem of its files.
    pub name: &'static str,
    /// What it computes, in the notation of the shader.
    pub formula: &'static str,
    /// What a launch binds, in the shader's order.
    pub bindings: &'static [Binding],
    /// What a launch is told, in order; the shader's `Params` begin with them.
    pub parameters: &'static [Parameter],
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

impl Kernel {
    /// What stands behind the kernel's file in every shader of it: `Params` and their binding, the uniform `p`. They are
    /// the parameters, then for each binding `<name>_stride`, the elements from one replica to the next, then `items`,
    /// the grid's; see [`Launch::uniform`](crate::plan::Launch::uniform).
    pub fn params_wgsl(&self) -> String {
        let parameters =
            self.parameters.iter().map(|parameter| format!("    {}: {},\n", parameter.name, parameter.wgsl));
        let strides = self.bindings.iter().map(|binding| format!("    {}_stride: u32,\n", binding.name));
        let fields: String = parameters.chain(strides).collect();
        let binding = self.bindings.len();
        format!(
            "struct Params {{\n{fields}    items: u32,\n}}\n@group(1) @binding({binding}) var<uniform> p: Params;\n"
        )
    }
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
    /// Whether a launch may leave it out; its shader then does without.
    pub optional: bool,
}

impl Binding {
    /// The same, which a launch may leave out.
    pub const fn optional(self) -> Binding {
        Binding { optional: true, ..self }
    }
}

/// Whether a launch writes a buffer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// Only read.
    Read,
    /// Written, perhaps also read.
    Write,
}

/// Elements to whose multiple the place of every tensor is rounded: 256 bytes, which every adapter accepts as the offset
/// of a binding. So neighbours in a block of so many belong to one tensor.
pub const ALIGNMENT: usize = 64;

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
    Binding { name, access: Access::Read, element: Element::Real, optional: false }
}

/// A binding of words that is read.
pub const fn reads_words(name: &'static str) -> Binding {
    Binding { name, access: Access::Read, element: Element::Word, optional: false }
}

/// A binding of reals that is written.
pub const fn writes(name: &'static str) -> Binding {
    Binding { name, access: Access::Write, element: Element::Real, optional: false }
}

/// A binding of words that is written.
pub const fn writes_words(name: &'static str) -> Binding {
    Binding { name, access: Access::Write, element: Element::Word, optional: false }
}

/// What a launch costs: an estimate for `explain`, `summary` and benches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Floating-point operations; a multiply-add counts two.
    pub flops: u64,
    /// Bytes that must be read or written at least.
    pub bytes: u64,
}

/// A number that a launch is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name in the host's struct and in the shader's.
    pub name: &'static str,
    /// Its type in WGSL.
    pub wgsl: &'static str,
}

/// The types of parameters: four bytes, the same on both sides.
pub trait Scalar {
    /// Its name in WGSL.
    const WGSL: &'static str;
}

impl Scalar for u32 {
    const WGSL: &'static str = "u32";
}

impl Scalar for f32 {
    const WGSL: &'static str = "f32";
}

/// A kernel's parameters as a struct of [`Scalar`]s; see [`parameters!`](crate::parameters).
pub trait Parameters: bytemuck::Pod {
    /// Its fields, in order.
    const FIELDS: &'static [Parameter];
}

/// Declares a kernel's parameters once: the struct that the twin reads, the bytes that the shader reads, and the names
/// and types of which the shader's struct is generated.
#[macro_export]
macro_rules! parameters {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty),* $(,)? }) => {
        $(#[$doc])*
        #[repr(C)]
        #[derive(Clone, Copy, Debug, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
        pub struct $name { $($(#[$field_doc])* pub $field: $kind),* }
        impl $crate::kernels::Parameters for $name {
            const FIELDS: &'static [$crate::kernels::Parameter] = &[$($crate::kernels::Parameter {
                name: stringify!($field),
                wgsl: <$kind as $crate::kernels::Scalar>::WGSL,
            }),*];
        }
    };
}

/// Reads a kernel's parameters from a launch's bytes.
pub fn read<P: Parameters>(bytes: &[u8]) -> P {
    bytemuck::pod_read_unaligned(bytes)
}

/// Product in f64 for cost estimates, which must not overflow.
pub fn product(factors: &[u32]) -> u64 {
    factors.iter().map(|&factor| u64::from(factor)).product()
}
