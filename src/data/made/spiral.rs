//! Arms of a spiral, one a class.

use std::f64::consts::TAU;

use super::{Draw, Made, known, load, uniform};
use crate::data::source::Source;

/// How far an arm turns from the middle to its end.
const TURN: f64 = 4.0;

/// The spiral of Stanford's course CS231n, but for its even spacing and its noise, which is that of the angle there.
pub const SPIRAL: Source = Source {
    name: "spiral",
    doc: "made up: `data.classes` arms, 3 by default, of one spiral: r from 0 to 1 at the angle 4r + 2πk/`classes`, and noise \
          on both inputs",
    pictures: Some(false),
    keys: &["test", "examples", "noise"],
    known,
    made: Some(&Made {
        noise: 0.05,
        dimensions: 2,
        coefficients: &[],
        draw: Draw::Class {
            count: 3,
            fixed: false,
            draw: |wanted, class, stream, x| {
                let radius = uniform(stream, 0.0, 1.0);
                let (sin, cos) = (TURN * radius + TAU * class as f64 / wanted.classes as f64).sin_cos();
                (x[0], x[1]) = (radius * cos, radius * sin);
            },
        },
    }),
    load,
};
