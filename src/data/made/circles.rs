//! A circle within another.

use std::f64::consts::TAU;

use super::{Draw, Made, known, load, uniform};
use crate::data::source::Source;

/// As scikit-learn's `make_circles`, but for its even spacing.
pub const CIRCLES: Source = Source {
    name: "circles",
    doc: "made up: circles of the radii 1 and ½ around 0, and noise on both inputs",
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
                let (sin, cos) = uniform(stream, 0.0, TAU).sin_cos();
                let radius = if class == 0 { 1.0 } else { 0.5 };
                (x[0], x[1]) = (radius * cos, radius * sin);
            },
        },
    }),
    load,
};
