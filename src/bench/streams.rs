//! Kernels that move bytes rather than multiply.

use std::sync::Arc;

use super::{Measurement, launch};
use crate::{
    device::{self, Device},
    kernels::{Case, Operand, case, optimizer, sum, sum::SumParameters},
    optimizers::{Rule, adam::Adam},
};

/// Elements of a stream: larger than any cache.
const STREAM: usize = 1 << 22;

/// What moves bytes rather than multiplies: c = a + b, and Adam's update, in bytes that must be moved.
///
/// # Errors
/// The device fails, or `report` does.
pub async fn streams<E: From<device::Error>>(
    device: &Device,
    report: &mut impl FnMut(Measurement) -> Result<(), E>,
) -> Result<(), E> {
    let operand = |name: &str| Operand::Reals(case::reals(name, STREAM));
    let operands = vec![operand("a"), operand("b"), Operand::Output(STREAM)];
    let add = Case::new(String::new(), SumParameters { count: STREAM as u32 }, operands);
    let adam: Arc<dyn Rule> = Arc::new(Adam::default());
    let update = optimizer::case_of(&adam, STREAM / 2, 0, &[]);
    for (kernel, case, name) in [(&sum::SUM, add, "c = a + b"), (&optimizer::OPTIMIZER, update, "adam")] {
        let bytes = (kernel.cost)(&case.parameters).bytes as f64;
        let count = bytemuck::pod_read_unaligned::<u32>(&case.parameters[..4]);
        // A byte takes about as long as ten operations.
        let seconds = launch(device, kernel, case, 10.0 * bytes).await?;
        let shape = format!("{name}, {count} numbers");
        report(Measurement { bench: "stream".into(), shape, value: bytes / seconds / 1e9, unit: "GB/s" })?;
    }
    Ok(())
}
