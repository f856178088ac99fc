//! Convolutions.

use super::{Measurement, launch};
use crate::{
    device::{self, Device},
    kernels::{Case, Operand, case, conv},
    ops::{
        conv::{geometry, inputs, outputs},
        window::{Padding, Window},
    },
};

/// Channels and filters, side of the pictures, side of the filters: the stages of ResNet-20, and a
/// convolution of single pixels. Each over 64 pictures.
const SHAPES: &[[usize; 4]] = &[[16, 16, 32, 3], [32, 32, 16, 3], [64, 64, 8, 3], [64, 256, 16, 1]];

/// Pictures of a batch.
const BATCH: usize = 64;

/// Convolutions that keep the pictures' size, in their three forms: forward, backward to the pictures,
/// backward to the filters.
///
/// # Errors
/// The device fails, or `report` does.
pub async fn convolutions<E: From<device::Error>>(
    device: &Device,
    report: &mut impl FnMut(Measurement) -> Result<(), E>,
) -> Result<(), E> {
    for &[channels, filters, side, kernel] in SHAPES {
        let window = Window { padding: Padding::Same, ..Window::new(&[kernel, kernel]) };
        let p = geometry(BATCH, channels, filters, 1, &window.place(&[side, side]).expect("it fits"));
        let weights = filters * channels * kernel * kernel;
        let flops = 2.0 * (outputs(&p) * channels * kernel * kernel) as f64;
        let shape = format!("{BATCH}x{channels}x{side}x{side} to {filters}, {kernel}x{kernel}");
        let reals = |name: &str, count: usize| Operand::Reals(case::reals(name, count));
        let (x, w, dy) = (reals("x", inputs(&p)), reals("w", weights), reals("dy", outputs(&p)));
        let partials = p.chunks as usize * (weights + filters);
        let [none, none_either] = [Operand::Unbound, Operand::Unbound];
        for (kernel, operands) in [
            (&conv::FORWARD, vec![x.clone(), w.clone(), reals("b", filters), none, Operand::Output(outputs(&p))]),
            (&conv::BACKWARD_INPUT, vec![dy.clone(), w, Operand::Unbound, none_either, Operand::Output(inputs(&p))]),
            (&conv::BACKWARD_WEIGHT, vec![x, dy, Operand::Output(partials)]),
        ] {
            let seconds = launch(device, kernel, Case::new(shape.clone(), p, operands), flops).await?;
            let (bench, value) = (kernel.name.into(), flops / seconds / 1e9);
            report(Measurement { bench, shape: shape.clone(), value, unit: "GFLOP/s" })?;
        }
    }
    Ok(())
}
