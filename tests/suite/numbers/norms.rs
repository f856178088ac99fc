//! Normalisations of numbers that are traps, forward and backward.

use gradus::{
    device::Device,
    kernels::{Kernel, Operand, Variant, batch_norm, batch_norm_gradient, layer_norm},
};

use super::{
    LARGEST_SQUARED,
    launch::{Trap, devices},
    points,
};

/// Channels, or rows, of four numbers each: of one size, of two, of one alone among zeros.
fn quartets() -> Vec<f64> {
    let points = points();
    let sizes = points.iter().filter(|point| point.abs() <= LARGEST_SQUARED);
    sizes.flat_map(|&x| [x, x, x, x, x, -x, x / 2.0, 0.0, x, 0.0, 0.0, 0.0]).map(|x| f64::from(x as f32)).collect()
}

/// A launch on a device, or of the twins in f64.
fn run(device: Option<&Device>, trap: &Trap) -> Vec<Vec<f64>> {
    device.map_or_else(|| trap.exact(), |device| trap.on(device))
}

fn reals(values: &[f64]) -> Operand {
    Operand::Reals(values.to_vec())
}

/// dy of quartets, none of which are equal.
fn slopes(count: usize) -> Operand {
    Operand::Reals((0..count).map(|at| [1.0, -0.5, 0.25, 2.0][at % 4]).collect())
}

fn layer_norm_of(kernel: &'static Kernel, rows: usize, operands: Vec<Operand>) -> Trap {
    let parameters = layer_norm::LayerNormParameters { rows: rows as u32, groups: 1, size: 4, inner: 1, epsilon: 1e-5 };
    Trap::new(kernel, Variant::Plain, parameters, operands, rows)
}

/// The outputs of layer normalisation, whose rows are the quartets, and its gradient.
fn layer_norm_on(device: Option<&Device>, x: &[f64]) -> [Vec<f64>; 2] {
    let rows = x.len() / 4;
    let operands = [reals(x), Operand::Unbound, Operand::Unbound, Operand::Output(2 * rows), Operand::Output(4 * rows)];
    let mut written = run(device, &layer_norm_of(&layer_norm::FORWARD, rows, operands.to_vec()));
    let (y, moments) = (written.remove(1), written.remove(0));
    let operands = [slopes(x.len()), reals(x), reals(&moments), Operand::Unbound, Operand::Output(4 * rows)];
    [y, run(device, &layer_norm_of(&layer_norm::BACKWARD, rows, operands.to_vec())).remove(0)]
}

/// The outputs of batch normalisation, whose channels are the quartets, and its gradient.
fn batch_norm_on(device: Option<&Device>, x: &[f64]) -> [Vec<f64>; 2] {
    let channels = x.len() / 4;
    let p = batch_norm::BatchNormParameters {
        rows: 1,
        channels: channels as u32,
        positions: 4,
        slices: 2,
        epsilon: 1e-5,
        momentum: 0.1,
        unbiased: 1,
    };
    let launch = |kernel, operands: Vec<Operand>| run(device, &Trap::new(kernel, Variant::Plain, p, operands, 1));
    let (nothing, zeros) = (Operand::Unbound, reals(&vec![0.0; channels]));
    let [pairs, each, all] = [4 * channels, channels, 4 * channels].map(Operand::Output);
    let parts = launch(&batch_norm::MOMENTS, vec![reals(x), pairs.clone()]).remove(0);
    let combined = vec![reals(&parts), Operand::Output(2 * channels), zeros.clone(), zeros];
    let moments = reals(&launch(&batch_norm::COMBINE, combined).remove(0));
    let forward = vec![reals(x), moments.clone(), nothing.clone(), nothing.clone(), all.clone()];
    let y = launch(&batch_norm::FORWARD, forward).remove(0);
    let dy = slopes(x.len());
    let parts = launch(&batch_norm_gradient::SUMS, vec![dy.clone(), reals(x), moments.clone(), pairs]).remove(0);
    let sums = launch(&batch_norm_gradient::GRADIENTS, vec![reals(&parts), each.clone(), each]);
    let backward = vec![dy, reals(x), moments, nothing, reals(&sums[0]), reals(&sums[1]), all];
    [y, launch(&batch_norm_gradient::BACKWARD, backward).remove(0)]
}

#[test]
fn normalisations_are_right_where_squares_are_numbers() {
    let exact = [layer_norm_on(None, &quartets()), batch_norm_on(None, &quartets())].concat();
    let judge = layer_norm_of(&layer_norm::FORWARD, 1, vec![]);
    for device in devices() {
        let actual = [layer_norm_on(Some(device), &quartets()), batch_norm_on(Some(device), &quartets())].concat();
        for (which, (actual, exact)) in actual.iter().zip(&exact).enumerate() {
            for (at, (&number, &wanted)) in actual.iter().zip(exact).enumerate() {
                let from = at / 4 * 4;
                let name = format!("{which}, number {} of {:?}", at % 4, &quartets()[from..][..4]);
                // The gradients of a quartet sum to 0: a small one has the rounding of the largest.
                let size = exact[from..][..4].iter().fold(0.0, |size: f64, number| size.max(number.abs()));
                judge.near_among(&name, number, wanted, size);
            }
        }
    }
}

/// Beyond, and over NaN and infinities, something is not finite: zeros would train on, and say nothing.
#[test]
fn normalisations_hide_nothing() {
    for x in [1e30, f64::from(f32::MAX), f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
        let quartet = vec![x, -1.0, 0.5, -x];
        for device in devices() {
            for found in [layer_norm_on(Some(device), &quartet), batch_norm_on(Some(device), &quartet)].concat() {
                assert!(found.iter().any(|number| !number.is_finite()), "{x} is normalised to {found:?}");
            }
        }
    }
}
