//! The Hessian of the loss in all parameters, as products with vectors: differences of the gradient along them, in f64 by
//! the CPU twins. The network is that of evaluation, whose loss the surface shows; see [`super::frozen`].

use std::sync::Arc;

use super::{
    Error,
    frozen::frozen,
    lanczos::{Extremes, extremes},
};
use crate::{
    cpu::Cpu,
    kernels::Step,
    plan::{Plan, Program},
    train::{Session, Weights},
};

/// How far from a place the gradients of a difference are taken, at most and at least. The more a loss has kinks, of
/// ReLU or of a maximum, the nearer: a kink between two gradients is no curvature, but looks like much of it.
const STEPS: [f64; 2] = [1e-5, 1e-11];
/// By how much of the one to the other the differences to both sides may differ.
const KINK: f64 = 0.01;
/// What rounding leaves of a gradient, by its length.
const ROUNDING: f64 = 1e-13;

/// A loss over examples, with its gradient and the products of its Hessian.
pub struct Hessian {
    twins: Cpu<f64>,
    plan: Arc<Plan>,
    examples: usize,
    /// The step that was short enough so far.
    step: f64,
    /// The last place, and the gradient there.
    middle: (Vec<f64>, Vec<f64>),
}

impl Hessian {
    /// The loss of a session's network over these examples.
    ///
    /// # Errors
    /// There are no examples; the device fails, or the machine has not room enough.
    pub async fn new(session: &mut Session, examples: &[u32]) -> Result<Hessian, Error> {
        if examples.is_empty() {
            return Err(Error::Empty);
        }
        let plan = frozen(&session.model().plan);
        let twins = session.twins(&plan).await.map_err(|mut error| {
            if let Some(advice) = error.advice() {
                *advice = "leave --eigenvalues out, or take a smaller network or batch".into();
            }
            error
        });
        let mut twins = twins?;
        twins.write_words(plan.ports.order, 0, examples);
        Ok(Hessian { twins, plan, examples: examples.len(), step: STEPS[0], middle: (vec![], vec![]) })
    }

    /// Parameters of the network.
    pub fn parameters(&self) -> usize {
        self.plan.learned.iter().map(|learned| learned.slice.length).sum()
    }

    /// Takes over the running figures of weights, and returns their parameters one after the other, without padding.
    pub fn place(&mut self, weights: &Weights) -> Vec<f64> {
        if let Some(running) = self.plan.ports.running {
            let figures: Vec<f64> = weights.running.iter().map(|&figure| f64::from(figure)).collect();
            self.twins.write_reals(running, 0, &figures);
        }
        let of = |slice: crate::plan::Slice| &weights.parameters[slice.offset..slice.offset + slice.length];
        self.plan.learned.iter().flat_map(|learned| of(learned.slice)).map(|&weight| f64::from(weight)).collect()
    }

    /// The mean loss and its gradient.
    pub fn gradient(&mut self, at: &[f64]) -> (f64, Vec<f64>) {
        let (plan, mut first) = (self.plan.clone(), 0);
        for learned in &plan.learned {
            let slice = learned.slice;
            self.twins.write_reals(plan.ports.parameters, slice.offset, &at[first..first + slice.length]);
            first += slice.length;
        }
        let (mut loss, mut gradient) = (0.0, vec![0.0; at.len()]);
        for first in (0..self.examples).step_by(plan.batch) {
            let rows = plan.batch.min(self.examples - first);
            self.twins.run(Program::Train, &[Step { first: first as u32, ..Step::over(rows) }]);
            loss += self.twins.reals(plan.ports.statistics)[0];
            let gradients = self.twins.reals(plan.ports.gradients);
            let parts =
                plan.learned.iter().flat_map(|learned| &gradients[learned.slice.offset..][..learned.slice.length]);
            let share = rows as f64 / self.examples as f64;
            gradient.iter_mut().zip(parts).for_each(|(sum, part)| *sum += share * part);
        }
        (loss / self.examples as f64, gradient)
    }

    /// The Hessian at a place times a vector of length 1: that of the smooth piece that the place is on.
    pub fn product(&mut self, at: &[f64], vector: &[f64]) -> Vec<f64> {
        if self.middle.0 != at {
            // Elsewhere other kinks are near.
            self.step = STEPS[0];
            self.middle = (at.to_vec(), self.gradient(at).1);
        }
        loop {
            let step = self.step;
            let mut beside = |step: f64| {
                let place: Vec<f64> = at.iter().zip(vector).map(|(at, along)| at + step * along).collect();
                self.gradient(&place).1
            };
            let (above, below) = (beside(step), beside(-step));
            let middle = &self.middle.1;
            let across = length(above.iter().zip(&below).map(|(above, below)| above - below));
            let bend = length(above.iter().zip(&below).zip(middle).map(|((a, b), middle)| a - 2.0 * middle + b));
            let smooth = bend <= KINK * across + ROUNDING * length(middle.iter().copied());
            if smooth || step <= STEPS[1] || !bend.is_finite() {
                return above.iter().zip(below).map(|(above, below)| (above - below) / (2.0 * step)).collect();
            }
            self.step /= 10.0;
        }
    }

    /// Its smallest and largest eigenvalue at these weights.
    pub fn extremes(&mut self, weights: &Weights, seed: u64) -> Extremes {
        let at = self.place(weights);
        extremes(at.len(), seed, |vector| self.product(&at, vector))
    }
}

fn length(numbers: impl Iterator<Item = f64>) -> f64 {
    numbers.map(|number| number * number).sum::<f64>().sqrt()
}
