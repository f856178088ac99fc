//! A polynomial of one number.

use super::{Draw, Made, known, load, uniform};
use crate::data::source::Source;

/// A polynomial with noise; by default the quadratic of Goodfellow, Bengio and Courville's "Deep learning", figure 5.2, up
/// to its numbers.
pub const POLYNOMIAL: Source = Source {
    name: "polynomial",
    doc: "made up: y = Σ `coefficients`[i]·xⁱ + noise, x from −1 to 1, each as likely",
    pictures: Some(false),
    keys: &["test", "examples", "noise", "coefficients"],
    known,
    made: Some(&Made {
        noise: 0.2,
        dimensions: 1,
        coefficients: &[0.5, 0.5, -1.5],
        draw: Draw::Value(|wanted, stream, x| {
            x[0] = uniform(stream, -1.0, 1.0);
            wanted.coefficients.iter().rev().fold(0.0, |value, coefficient| value * x[0] + coefficient)
        }),
    }),
    load,
};
