//! Matrix products.

use std::time::Instant;

use super::{Measurement, REPEATS, RUN, launch, median};
use crate::{
    device::{self, Device},
    kernels::{Case, Operand, case, matmul, matmul::MatmulParameters},
};

/// Matrix products by size, in their three forms; on the CPU device also the GEMM crate alone, which
/// is what the device's are to be compared with.
///
/// # Errors
/// The device fails, or `report` does.
pub async fn products<E: From<device::Error>>(
    device: &Device,
    report: &mut impl FnMut(Measurement) -> Result<(), E>,
) -> Result<(), E> {
    let sizes: &[usize] = match device {
        Device::Gpu(gpu) if gpu.tile == crate::kernels::Tile::Hardware => &[256, 512, 1024, 2048, 4096],
        _ => &[256, 512, 1024],
    };
    for &size in sizes {
        let flops = 2.0 * (size as f64).powi(3);
        let shape = format!("{size} x {size} x {size}");
        for kernel in [&matmul::NN, &matmul::NT, &matmul::TN] {
            let parameters = MatmulParameters::whole(size as u32, size as u32, size as u32);
            let operand = |name: &str| Operand::Reals(case::reals(name, size * size));
            let mut operands = vec![operand("a"), operand("b"), Operand::Unbound, Operand::Output(size * size)];
            if kernel == &matmul::TN {
                operands.swap(2, 3);
            }
            let seconds = launch(device, kernel, Case::new(shape.clone(), parameters, operands), flops).await?;
            let bench = kernel.name.into();
            report(Measurement { bench, shape: shape.clone(), value: flops / seconds / 1e9, unit: "GFLOP/s" })?;
        }
        if matches!(device, Device::Cpu) {
            // The strides of the operands, row to row and column to column, in the three forms.
            let (along, across) = ((size as u32, 1), (1, size as u32));
            for (form, a, b) in [("nn", along, along), ("nt", along, across), ("tn", across, along)] {
                let value = flops / gemm_alone(size, a, b) / 1e9;
                let bench = format!("gemm crate {form}");
                report(Measurement { bench, shape: shape.clone(), value, unit: "GFLOP/s" })?;
            }
        }
    }
    Ok(())
}

fn gemm_alone(size: usize, a_strides: (u32, u32), b_strides: (u32, u32)) -> f64 {
    let reals = |name: &str| case::reals(name, size * size).into_iter().map(|v| v as f32).collect::<Vec<f32>>();
    let (a, b, mut c) = (reals("a"), reals("b"), vec![0.0f32; size * size]);
    let mut timed = |count: usize| {
        let begin = Instant::now();
        for _ in 0..count {
            let (a, b) = ((&a[..], a_strides.0, a_strides.1), (&b[..], b_strides.0, b_strides.1));
            matmul::gemm((size, size, size), a, b, false, &mut c);
        }
        begin.elapsed().as_secs_f64()
    };
    timed(1);
    let count = (RUN.as_secs_f64() / timed(1)).ceil() as usize;
    median((0..REPEATS).map(|_| timed(count) / count as f64).collect())
}
