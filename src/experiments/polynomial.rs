//! Polynomials fitted to a few points: the lecture's picture of capacity.

use nalgebra::{DMatrix, DVector};

use super::sample;
use crate::{
    random::Stream,
    report::{Axis, Chart, Curve, Line, contours::clip},
};

/// Points and their noisy values.
#[derive(Debug, Clone)]
pub struct Points {
    /// From −1 to 1.
    pub x: Vec<f64>,
    /// What is to be predicted.
    pub y: Vec<f64>,
}

/// A polynomial by its coefficients, that of x⁰ first.
#[derive(Debug, Clone)]
pub struct Polynomial(pub DVector<f64>);

/// So many points, one at random in each of as many equal parts of [−1, 1], with noise of this deviation.
pub fn points(stream: &mut Stream, count: usize, noise: f64, f: impl Fn(f64) -> f64) -> Points {
    let x: Vec<f64> =
        (0..count).map(|at| 2.0 * (at as f64 + f64::from(stream.uniform())) / count as f64 - 1.0).collect();
    let y = x.iter().map(|&x| f(x) + noise * sample::normal(stream)).collect();
    Points { x, y }
}

fn powers(x: &[f64], degree: usize) -> DMatrix<f64> {
    DMatrix::from_fn(x.len(), degree + 1, |row, power| x[row].powi(power as i32))
}

impl Polynomial {
    /// The polynomial of this degree with the least squared error; of several, the one with the smallest
    /// coefficients: the pseudo-inverse, from singular values.
    pub fn least_squares(points: &Points, degree: usize) -> Polynomial {
        let (matrix, y) = (powers(&points.x, degree), DVector::from_column_slice(&points.y));
        let svd = matrix.svd(true, true);
        let smallest = 1e-13 * svd.singular_values.max();
        Polynomial(svd.solve(&y, smallest).expect("both factors were asked for"))
    }

    /// The polynomial of this degree with the least mean squared error + ½λ‖θ‖², by QR of the points with the
    /// penalty's rows below them.
    pub fn with_decay(points: &Points, degree: usize, lambda: f64) -> Polynomial {
        let (count, size) = (points.x.len(), degree + 1);
        let weight = (0.5 * lambda * count as f64).sqrt();
        let matrix = powers(&points.x, degree).resize_vertically(count + size, 0.0);
        let penalty = DMatrix::from_fn(count + size, size, |row, column| f64::from(u8::from(row == count + column)));
        let y = DVector::from_column_slice(&points.y).resize_vertically(count + size, 0.0);
        let qr = (matrix + weight * penalty).qr();
        let right = qr.q().transpose() * y;
        Polynomial(qr.r().solve_upper_triangular(&right).expect("the penalty gives every column a length"))
    }

    /// Its value.
    pub fn at(&self, x: f64) -> f64 {
        self.0.iter().rev().fold(0.0, |value, coefficient| value * x + coefficient)
    }

    /// The mean squared error, without ½.
    pub fn error(&self, points: &Points) -> f64 {
        let squares = points.x.iter().zip(&points.y).map(|(&x, y)| (self.at(x) - y).powi(2));
        squares.sum::<f64>() / points.x.len() as f64
    }

    /// Its curve, in as many pieces as a picture from `low` to `high` shows of it.
    pub fn curves(&self, name: &str, colour: usize, [low, high]: [f64; 2]) -> Vec<Curve> {
        let all: Vec<[f64; 2]> = (0..=400).map(|at| f64::from(at) / 200.0 - 1.0).map(|x| [x, self.at(x)]).collect();
        let mut pieces: Vec<Vec<(f64, f64)>> = vec![];
        for step in all.windows(2) {
            let Some([from, to]) = clip([step[0], step[1]], [[-1.0, 1.0], [low, high]]) else { continue };
            match pieces.last_mut().filter(|piece| piece.last() == Some(&(from[0], from[1]))) {
                Some(piece) => piece.push((to[0], to[1])),
                None => pieces.push(vec![(from[0], from[1]), (to[0], to[1])]),
            }
        }
        let name = |at: usize| if at == 0 { name } else { "" };
        pieces.into_iter().enumerate().map(|(at, piece)| Curve::new(name(at), colour, piece)).collect()
    }
}

/// The quadratic of figure 5.2.
pub fn quadratic(x: f64) -> f64 {
    0.5 + 0.5 * x - 1.5 * x * x
}

/// One period of the sine of Bishop's "Pattern recognition and machine learning", figure 1.2.
pub fn sine(x: f64) -> f64 {
    (std::f64::consts::PI * (x + 1.0)).sin()
}

/// Examples, the truth, and curves that were fitted, from −2 to 2.
pub fn chart(title: &str, seen: &Points, truth: fn(f64) -> f64, fitted: Vec<Curve>) -> Chart {
    let line = (0..=100).map(|at| f64::from(at) / 50.0 - 1.0).map(|x| (x, truth(x))).collect();
    let dots = seen.x.iter().copied().zip(seen.y.iter().copied()).collect();
    let mut curves = vec![Curve { colour: None, ..Curve::new("truth", 0, line) }.drawn(Line::Dashed)];
    curves.extend(fitted);
    curves.push(Curve { colour: None, ..Curve::new("examples", 0, dots) }.drawn(Line::Dots));
    let marks = (-2..=2).map(|at| (f64::from(at), at.to_string())).collect();
    Chart { title: title.into(), x: Axis::new("x"), y: Axis { marks, ..Axis::new("y") }, curves }
}

/// What [`chart`] shows.
pub const SHOWN: [f64; 2] = [-2.0, 2.0];
