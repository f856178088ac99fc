//! The smallest and the largest eigenvalue of a symmetric matrix that is known by its products with vectors: Lanczos, "An
//! iteration method for the solution of the eigenvalue problem", 1950, with full reorthogonalisation.

use nalgebra::{DMatrix, SymmetricEigen};
use rand_distr::{Distribution, StandardNormal};

use crate::random::{Purpose, Stream};

/// The ends of a spectrum.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Extremes {
    /// The smallest eigenvalue.
    pub smallest: f64,
    /// The largest.
    pub largest: f64,
    /// Products that it took.
    pub products: usize,
    /// No farther than this is an eigenvalue from each of them.
    pub error: f64,
}

/// Products at most.
const MOST: usize = 80;
/// The error at which both ends are known well enough, as a share of the one farther from 0.
const ENOUGH: f64 = 2e-3;
/// Products between two looks at the error.
const BETWEEN: usize = 5;

/// The ends of the spectrum of a matrix of so many rows, from a random vector. `product` is given vectors of length 1.
pub fn extremes(rows: usize, seed: u64, mut product: impl FnMut(&[f64]) -> Vec<f64>) -> Extremes {
    let mut stream = Stream::new(seed, Purpose::Landscape.stream((1 << 24) - 2), 0);
    let mut next: Vec<f64> = (0..rows).map(|_| StandardNormal.sample(&mut stream)).collect();
    let mut basis: Vec<Vec<f64>> = vec![];
    let (mut diagonal, mut beside): (Vec<f64>, Vec<f64>) = (vec![], vec![]);
    let most = MOST.min(rows);
    loop {
        let length = dot(&next, &next).sqrt();
        next.iter_mut().for_each(|number| *number /= length);
        let mut image = product(&next);
        diagonal.push(dot(&next, &image));
        basis.push(next);
        // Twice is enough: rounding is all that the first time leaves.
        for _ in 0..2 {
            for vector in &basis {
                let along = dot(vector, &image);
                image.iter_mut().zip(vector).for_each(|(image, vector)| *image -= along * vector);
            }
        }
        let left = dot(&image, &image).sqrt();
        let products = basis.len();
        // What is left of the image may be rounding alone: then the vectors span all that the product reaches.
        let size = diagonal.iter().chain(&beside).fold(0.0f64, |size, number| size.max(number.abs()));
        let exhausted = products == most || left <= 1e-12 * size || !left.is_finite();
        if exhausted || products.is_multiple_of(BETWEEN) {
            let ends = ends(&diagonal, &beside, left);
            if exhausted || ends.error <= ENOUGH * ends.smallest.abs().max(ends.largest.abs()) {
                return ends;
            }
        }
        beside.push(left);
        next = image;
    }
}

/// The ends of a tridiagonal matrix' spectrum, and how far from them the whole matrix has one: the last entry of an
/// eigenvector times what would come beside it.
fn ends(diagonal: &[f64], beside: &[f64], left: f64) -> Extremes {
    let count = diagonal.len();
    let matrix = DMatrix::from_fn(count, count, |row, column| match row.abs_diff(column) {
        0 => diagonal[row],
        1 => beside[row.min(column)],
        _ => 0.0,
    });
    if !matrix.iter().all(|number| number.is_finite()) {
        return Extremes { smallest: f64::NAN, largest: f64::NAN, products: count, error: f64::NAN };
    }
    let eigen = SymmetricEigen::new(matrix);
    let (values, last) = (&eigen.eigenvalues, eigen.eigenvectors.row(count - 1));
    let (low, high) = (values.imin(), values.imax());
    let error = left * last[low].abs().max(last[high].abs());
    Extremes { smallest: values[low], largest: values[high], products: count, error }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_a_known_spectrum_are_found() {
        // Two far ends around a crowd, as a network's Hessian has them.
        let rows = 500;
        let values: Vec<f64> = (0..rows)
            .map(|at| match at {
                0 => -3.0,
                499 => 40.0,
                498 => 38.0,
                _ => (at as f64 * 0.37).sin() * 0.5,
            })
            .collect();
        let found = extremes(rows, 1, |vector| vector.iter().zip(&values).map(|(v, value)| v * value).collect());
        assert!((found.smallest + 3.0).abs() < 0.03 && (found.largest - 40.0).abs() < 0.03, "{found:?}");
        assert!(found.products <= MOST && found.error <= 0.1, "{found:?}");
    }

    #[test]
    fn matrices_of_low_rank_and_of_one_row_end_early() {
        let zero = extremes(50, 1, |vector| vec![0.0; vector.len()]);
        assert_eq!((zero.smallest, zero.largest), (0.0, 0.0));
        let one = extremes(1, 1, |vector| vec![-2.0 * vector[0]]);
        assert!((one.smallest + 2.0).abs() < 1e-12 && one.products == 1, "{one:?}");
        let same = extremes(20, 1, |vector| vector.iter().map(|number| 7.0 * number).collect());
        assert!((same.largest - 7.0).abs() < 1e-9 && same.products == 1, "{same:?}");
        let lost = extremes(20, 1, |vector| vec![f64::NAN; vector.len()]);
        assert!(lost.smallest.is_nan() && lost.products == 1);
    }
}
