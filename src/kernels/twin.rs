//! The CPU twins: what they get, and which one is meant.

use super::{Step, Variant};
use crate::real::Real;

/// The CPU twin, for training and for proofs.
pub struct Twin {
    /// In f32.
    pub f32: fn(&mut Arguments<f32>),
    /// In f64.
    pub f64: fn(&mut Arguments<f64>),
}

/// A number type that twins are written for.
pub trait Twinned: Real {
    /// The twin for this type.
    fn twin(twin: &Twin) -> fn(&mut Arguments<Self>);
}

impl Twinned for f32 {
    fn twin(twin: &Twin) -> fn(&mut Arguments<Self>) {
        twin.f32
    }
}

impl Twinned for f64 {
    fn twin(twin: &Twin) -> fn(&mut Arguments<Self>) {
        twin.f64
    }
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

/// The pairs of a slice and the CPU threads: element-wise twins cut their work there.
pub const CHUNK: usize = 1 << 15;

/// Checks that a real is neither NaN nor infinite, by its exponent's bits: a shader may assume
/// that NaN does not occur, so both twins test bits.
pub fn is_finite<T: Real>(value: T) -> bool {
    (value.f64() as f32).to_bits() & 0x7f80_0000 != 0x7f80_0000
}
