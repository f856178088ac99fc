//! Logistic regression on two moons with noise: the parameters are the two weights of a line through
//! the middle, the function is the mean negative log-likelihood of the labels. The moons overlap, so
//! that there is a best line, and it is far from perfect.

use std::{f64::consts::PI, sync::LazyLock};

use rand_distr::{Distribution, StandardNormal};

use super::{Point, Surface};
use crate::random::{Purpose, Stream};

/// Mean over the examples (u, v) with label s = ±1.
pub const NOISY_MOONS: Surface = Surface {
    name: "noisy_moons",
    formula: "mean of log(1 + exp(-s (x u + y v))) over 200 points (u, v) of two moons, s = 1 or -1",
    f: |weights| mean(|margin, _| [softplus(-margin), 0.0], weights)[0],
    gradient: |weights| mean(|margin, [u, v]| [-u, -v].map(|signed| signed / (1.0 + margin.exp())), weights),
    start: [2.0, -4.0],
    axes: [[-6.0, 6.0]; 2],
    minima: &[[-1.320_320_325, 3.016_280_159]],
    steps: 119,
    learning_rates: [0.5, 0.5, 0.5, 0.6, 12.0, 0.15, 0.3],
    of_x: false,
    accuracy: Some(accuracy),
};

/// Points of each moon.
const POINTS: usize = 100;
/// The deviation of what is added to each coordinate.
const NOISE: f64 = 0.35;

/// The points, each multiplied by its label: logistic regression asks for no more.
static SIGNED: LazyLock<Vec<Point>> = LazyLock::new(|| {
    let mut stream = Stream::new(42, Purpose::Synthetic.stream(0), 0);
    let mut normal = || -> f64 { StandardNormal.sample(&mut stream) };
    let mut points = vec![];
    for at in 0..POINTS {
        let (sin, cos) = (PI * at as f64 / (POINTS - 1) as f64).sin_cos();
        // Both moons, moved so that their middle is (0, 0).
        for (sign, [u, v]) in [(1.0, [cos, sin]), (-1.0, [1.0 - cos, 0.5 - sin])] {
            points.push([u - 0.5 + NOISE * normal(), v - 0.25 + NOISE * normal()].map(|value| sign * value));
        }
    }
    points
});

/// Means of what `term` makes of each example's margin s(xu + yv) and of s(u, v).
fn mean(term: impl Fn(f64, Point) -> Point, [x, y]: Point) -> Point {
    let terms = SIGNED.iter().map(|&[u, v]| term(x * u + y * v, [u, v]));
    let sum = terms.fold([0.0; 2], |sum, term| [sum[0] + term[0], sum[1] + term[1]]);
    sum.map(|sum| sum / SIGNED.len() as f64)
}

/// The share of examples on their side of the line.
fn accuracy(weights: Point) -> f64 {
    mean(|margin, _| [f64::from(u8::from(margin > 0.0)), 0.0], weights)[0]
}

/// log(1 + eᵛ), which does not overflow.
fn softplus(v: f64) -> f64 {
    v.max(0.0) + (-v.abs()).exp().ln_1p()
}
