//! Planes through a network's weights.

use rand_distr::{Distribution, StandardNormal};

use super::Error;
use crate::{
    plan::{Learned, Plan},
    random::{Purpose, Stream},
    train::Weights,
};

/// A plane through weights: a number for each parameter along each direction, in the parameters' layout.
#[derive(Debug, Clone)]
pub struct Plane {
    /// Where both coordinates are 0. Its running figures hold on the whole plane.
    pub centre: Weights,
    /// What a coordinate of 1 adds.
    pub directions: [Vec<f32>; 2],
}

impl Plane {
    /// The plane of two random directions, filter by filter as long as the weights.
    ///
    /// # Errors
    /// The network has no filters.
    pub fn random(plan: &Plan, centre: Weights, seed: u64) -> Result<Plane, Error> {
        if !plan.learned.iter().any(|learned| filter(learned).is_some()) {
            return Err(Error::NoFilters);
        }
        let directions = [0, 1].map(|which| random(plan, &centre, seed, which));
        Ok(Plane { centre, directions })
    }

    /// The weights at a place.
    pub fn at(&self, [x, y]: [f64; 2]) -> Weights {
        let [first, second] = &self.directions;
        let along = self.centre.parameters.iter().zip(first).zip(second);
        // In f64, so that each is rounded once.
        let at = |((&centre, &first), &second)| f64::from(centre) + x * f64::from(first) + y * f64::from(second);
        let parameters = along.map(|numbers: ((&f32, &f32), &f32)| at(numbers) as f32).collect();
        Weights { parameters, running: self.centre.running.clone() }
    }
}

/// A direction from the normal distribution, of which each filter d is made as long as that of the weights w:
/// d ‖w‖ / (‖d‖ + 10⁻¹⁰), as the authors' program has it. Biases and the weights of normalisations are left as they are.
pub fn random(plan: &Plan, weights: &Weights, seed: u64, which: u32) -> Vec<f32> {
    let mut direction = vec![0.0; weights.parameters.len()];
    for (at, learned) in plan.learned.iter().enumerate() {
        let Some(size) = filter(learned) else { continue };
        let mut stream = Stream::new(seed, Purpose::Landscape.stream(at as u32), which);
        let range = learned.slice.offset..learned.slice.offset + learned.slice.length;
        let filters = direction[range.clone()].chunks_exact_mut(size).zip(weights.parameters[range].chunks_exact(size));
        for (direction, weights) in filters {
            let drawn: Vec<f64> = (0..size).map(|_| StandardNormal.sample(&mut stream)).collect();
            let length =
                |numbers: &mut dyn Iterator<Item = f64>| numbers.map(|number| number * number).sum::<f64>().sqrt();
            let scale = length(&mut weights.iter().map(|&weight| f64::from(weight)))
                / (length(&mut drawn.iter().copied()) + 1e-10);
            direction.iter_mut().zip(drawn).for_each(|(direction, drawn)| *direction = (drawn * scale) as f32);
        }
    }
    direction
}

/// The numbers of one filter: all that make one output of a layer, which is a row of its weights in PyTorch's layout.
/// None of tensors with one axis: biases, and the weights of normalisations.
pub fn filter(learned: &Learned) -> Option<usize> {
    (learned.shape.len() >= 2).then(|| learned.shape[1..].iter().product()).filter(|&size: &usize| size > 0)
}
