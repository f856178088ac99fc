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
