//! The plane that shows most of the way that training took: the first two principal components of the weights after its
//! epochs (section 7 of the paper). What they show of the whole is told with them.

use nalgebra::{DMatrix, SymmetricEigen};

use super::{Error, Plane, directions::filter};
use crate::{plan::Plan, train::Weights};

/// Epochs that span a plane at least.
pub const LEAST: usize = 3;

/// The way of training over its principal plane.
#[derive(Debug, Clone)]
pub struct Trajectory {
    /// The plane, with the last weights in the middle; its directions are of length 1.
    pub plane: Plane,
    /// Where the weights of each epoch lie on it: their nearest places.
    pub places: Vec<[f64; 2]>,
    /// The share of the way's variance along each direction.
    pub explained: [f64; 2],
}

impl Trajectory {
    /// The principal plane of weights, around others. Biases and the weights of normalisations are left out, as of random
    /// directions.
    ///
    /// # Errors
    /// There are too few weights, or they do not span a plane.
    pub fn new(plan: &Plan, centre: Weights, path: &[Weights]) -> Result<Trajectory, Error> {
        if path.len() < LEAST {
            return Err(Error::TooFew { found: path.len(), least: LEAST });
        }
        let learned = plan.learned.iter().filter(|learned| filter(learned).is_some());
        let places: Vec<usize> =
            learned.flat_map(|learned| learned.slice.offset..learned.slice.offset + learned.slice.length).collect();
        let away = |weights: &Weights| -> Vec<f64> {
            let away = |&at: &usize| f64::from(weights.parameters[at]) - f64::from(centre.parameters[at]);
            places.iter().map(away).collect()
        };
        let rows: Vec<Vec<f64>> = path.iter().map(away).collect();
        let count = rows.len() as f64;
        let mean: Vec<f64> = (0..places.len()).map(|at| rows.iter().map(|row| row[at]).sum::<f64>() / count).collect();
        let around: Vec<Vec<f64>> =
            rows.iter().map(|row| row.iter().zip(&mean).map(|(at, mean)| at - mean).collect()).collect();
        let (directions, explained) = components(&around)?;
        let coordinates = |row: &Vec<f64>| [0, 1].map(|which: usize| dot(row, &directions[which]));
        let coordinates = rows.iter().map(coordinates).collect();
        let spread = |direction: &Vec<f64>| {
            let mut spread = vec![0.0; centre.parameters.len()];
            places.iter().zip(direction).for_each(|(&at, &number)| spread[at] = number as f32);
            spread
        };
        let directions = [0, 1].map(|which: usize| spread(&directions[which]));
        Ok(Trajectory { plane: Plane { centre, directions }, places: coordinates, explained })
    }

    /// How far the places reach along each axis with the middle, a tenth beyond them, and so many times as far.
    pub fn axes(&self, times: f64) -> [[f64; 2]; 2] {
        [0, 1].map(|axis| {
            let along = self.places.iter().map(|place| place[axis]).chain([0.0]);
            let [low, high] =
                along.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], at| [low.min(at), high.max(at)]);
            let (middle, half) = ((low + high) / 2.0, 0.6 * (high - low) * times);
            [middle - half, middle + half]
        })
    }
}

/// The two directions of most variance, and its shares: of few rows and many columns, by the products of the rows.
fn components(rows: &[Vec<f64>]) -> Result<([Vec<f64>; 2], [f64; 2]), Error> {
    let products = DMatrix::from_fn(rows.len(), rows.len(), |a, b| dot(&rows[a], &rows[b]));
    let whole = products.trace();
    let eigen = SymmetricEigen::new(products);
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
    // What rounding leaves of a line is no second direction, and neither is what is no number.
    let second = eigen.eigenvalues[order[1]];
    if second.is_nan() || second <= 1e-12 * whole {
        return Err(Error::NoPlane);
    }
    let direction = |&at: &usize| {
        let mut sum = vec![0.0; rows[0].len()];
        for (row, &share) in rows.iter().zip(eigen.eigenvectors.column(at).iter()) {
            sum.iter_mut().zip(row).for_each(|(sum, number)| *sum += share * number);
        }
        let length = dot(&sum, &sum).sqrt();
        sum.iter().map(|number| number / length).collect()
    };
    let shares = [0, 1].map(|which: usize| eigen.eigenvalues[order[which]] / whole);
    Ok(([direction(&order[0]), direction(&order[1])], shares))
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
