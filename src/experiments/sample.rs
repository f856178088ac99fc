//! Numbers drawn at random, and what a sample of them tells.

use rand_distr::{Distribution, StandardNormal};

use crate::random::{Purpose, Stream};

/// The random numbers of one part of a figure.
pub fn stream(seed: u64, part: u32) -> Stream {
    Stream::new(seed, Purpose::Experiments.stream(part), 0)
}

/// A number from the standard normal distribution.
pub fn normal(stream: &mut Stream) -> f64 {
    StandardNormal.sample(stream)
}

/// So many numbers from the standard normal distribution.
pub fn normals(stream: &mut Stream, count: usize) -> Vec<f64> {
    (0..count).map(|_| normal(stream)).collect()
}

/// The mean of a sample.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The mean squared distance from the mean: divided by N, not by N − 1.
pub fn variance(values: &[f64]) -> f64 {
    let mean = mean(values);
    values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64
}

/// The median; of an even number, the mean of the two in the middle.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    if sorted.len().is_multiple_of(2) { (sorted[half - 1] + sorted[half]) / 2.0 } else { sorted[half] }
}

/// The mean of a − b over pairs, and its standard error: surer than that of either where both saw the same examples.
pub fn difference(a: &[f64], b: &[f64]) -> (f64, f64) {
    estimate(&a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<_>>())
}

/// The mean of independent numbers, and its standard error.
pub fn estimate(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    (mean(values), (variance(values) / (count - 1.0).max(1.0)).sqrt())
}
