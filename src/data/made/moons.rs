//! Two half circles, each around an end of the other.

use std::f64::consts::PI;

use super::{Draw, Made, known, load, uniform};
use crate::data::source::Source;

/// As scikit-learn's `make_moons`, but for its even spacing.
pub const MOONS: Source = Source {
    name: "moons",
    doc: "made up: two half circles, (cos t, sin t) and (1 − cos t, ½ − sin t) with t from 0 to π, and noise on both inputs",
    pictures: Some(false),
    keys: &["test", "examples", "noise"],
    known,
    made: Some(&Made {
        noise: 0.1,
        dimensions: 2,
        coefficients: &[],
        draw: Draw::Class {
            count: 2,
            fixed: true,
            draw: |_, class, stream, x| {
                let (sin, cos) = uniform(stream, 0.0, PI).sin_cos();
                (x[0], x[1]) = if class == 0 { (cos, sin) } else { (1.0 - cos, 0.5 - sin) };
            },
        },
    }),
    load,
};
