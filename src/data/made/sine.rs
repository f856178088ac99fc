//! One period of the sine.

use std::f64::consts::TAU;

use super::{Draw, Made, known, load, uniform};
use crate::data::source::Source;

/// The sine of Bishop's "Pattern recognition and machine learning", figures 1.2 to 1.6, with the noise of its appendix A.
pub const SINE: Source = Source {
    name: "sine",
    doc: "made up: y = sin 2πx + noise, x from 0 to 1, each as likely (Bishop 2006, figure 1.6)",
    pictures: Some(false),
    keys: &["test", "examples", "noise"],
    known,
    made: Some(&Made {
        noise: 0.3,
        dimensions: 1,
        coefficients: &[],
        draw: Draw::Value(|_, stream, x| {
            x[0] = uniform(stream, 0.0, 1.0);
            (TAU * x[0]).sin()
        }),
    }),
    load,
};
