//! Scales and offsets of inputs, from the training set alone.

use super::dataset::{Inputs, Normalization};
use super::error::DataError;
use crate::config::Normalize;

/// The normalization of inputs of `shape`; statistics are those of the examples `train`.
pub(crate) fn normalization(
    name: &str,
    how: Normalize,
    shape: &[usize],
    inputs: &Inputs,
    train: &[u32],
) -> Result<Normalization, DataError> {
    // Pictures share a scale over each channel; the columns of a table have one each.
    let plane = match shape {
        [_, rest @ ..] => rest.iter().product(),
        [] => 1,
    };
    let features: usize = shape.iter().product();
    let groups = features / plane;
    let uniform = |scale: f32| Normalization { scale: vec![scale; groups], offset: vec![0.0; groups], plane };
    Ok(match (how, inputs) {
        (Normalize::None, _) => uniform(1.0),
        (Normalize::Unit | Normalize::Auto, Inputs::Bytes { maximum, .. }) => uniform(1.0 / maximum),
        (Normalize::Unit, Inputs::Floats(_)) => {
            let message = "data.normalize = \"unit\" is for pictures of bytes, and these are other numbers; \
                           take \"standard\" or \"none\"";
            return Err(DataError::new(name, message));
        }
        (Normalize::Standard | Normalize::Auto, _) => {
            let (scale, offset) =
                (0..groups).map(|group| standard(inputs, train, features, group * plane, plane)).unzip();
            Normalization { scale, offset, plane }
        }
    })
}

/// Scale and offset that give the features `first..first + plane` mean 0 and deviation 1.
fn standard(inputs: &Inputs, train: &[u32], features: usize, first: usize, plane: usize) -> (f32, f32) {
    let values = || {
        train.iter().flat_map(move |example| {
            let start = *example as usize * features + first;
            (start..start + plane).map(|index| f64::from(inputs.get(index)))
        })
    };
    let count = (train.len() * plane) as f64;
    // f64 adds 2²⁹ equal f32 without rounding, so a constant column's deviation is exactly zero.
    let mean = values().sum::<f64>() / count;
    let square = |value: f64| (value - mean) * (value - mean);
    let deviation = (values().map(square).sum::<f64>() / count).sqrt();
    let scale = (1.0 / deviation) as f32;
    // A constant column has no deviation, and one of tiny numbers none that f32 can divide by.
    let scale = if scale.is_finite() { scale } else { 1.0 };
    (scale, (-mean * f64::from(scale)) as f32)
}

/// Subtracts a given mean from every channel, and divides by a given deviation.
pub(crate) fn standardise(
    name: &str,
    normalization: &mut Normalization,
    mean: &[f64],
    deviation: &[f64],
) -> Result<(), DataError> {
    let Normalization { scale, offset, .. } = normalization;
    let channels = scale.len();
    for (key, given) in [("mean", mean.len()), ("deviation", deviation.len())] {
        if given != channels {
            let message = format!("data.{key} has {given} numbers, where the pictures have {channels} channels");
            return Err(DataError::new(name, message));
        }
    }
    for (channel, (mean, deviation)) in mean.iter().zip(deviation).enumerate() {
        scale[channel] = (f64::from(scale[channel]) / deviation) as f32;
        offset[channel] = ((f64::from(offset[channel]) - mean) / deviation) as f32;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unit_divides_by_the_largest_pixel() {
        let inputs = Inputs::Bytes { values: vec![0, 8, 16, 4], maximum: 16.0 };
        let n = normalization("x", Normalize::Unit, &[1, 2, 2], &inputs, &[0]).unwrap();
        assert_eq!((n.scale, n.offset, n.plane), (vec![1.0 / 16.0], vec![0.0], 4));
    }

    #[test]
    fn standard_is_per_column_over_the_training_set() {
        // Columns: 1, 3, (100); constant 0.1; 5, 5, (7).
        let inputs = Inputs::Floats(vec![1.0, 0.1, 5.0, 3.0, 0.1, 5.0, 100.0, 0.1, 7.0]);
        let n = normalization("x", Normalize::Standard, &[3], &inputs, &[0, 1]).unwrap();
        assert_eq!(n.plane, 1);
        assert_eq!(n.scale, vec![1.0, 1.0, 1.0]);
        assert_eq!(n.offset, vec![-2.0, -0.1, -5.0]);
    }

    #[test]
    fn a_constant_column_keeps_its_scale() {
        let inputs = Inputs::Floats(vec![0.1; 1000]);
        let train: Vec<u32> = (0..1000).collect();
        let n = normalization("x", Normalize::Standard, &[1], &inputs, &train).unwrap();
        assert_eq!(n.scale, vec![1.0]);
    }

    #[test]
    fn standard_is_per_channel_of_pictures() {
        // Two pictures of two channels with two pixels.
        let inputs = Inputs::Bytes { values: vec![0, 2, 10, 30, 0, 2, 10, 30], maximum: 255.0 };
        let n = normalization("x", Normalize::Standard, &[2, 1, 2], &inputs, &[0, 1]).unwrap();
        assert_eq!(n.plane, 2);
        assert_eq!(n.scale, vec![1.0, 0.1]);
        assert_eq!(n.offset, vec![-1.0, -2.0]);
    }
}
