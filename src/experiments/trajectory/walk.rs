//! One optimizer's walk: the update of training itself, in f64, on a network that is nothing but its
//! few parameters.

use std::sync::Arc;

use super::{Point, Surface};
use crate::{
    config::{Error, OptimizerConfig},
    kernels::{
        Arguments, Slot, Step, Variant,
        optimizer::{BLOCK, OPTIMIZER, OptimizerParameters, penalty},
    },
    optimizers::{self, NORM_EPSILON, Rule, SHARE, regularization::Clip},
    schedules::{Run, Schedule},
};

/// An optimizer that is ready to walk.
pub struct Walker {
    rule: Arc<dyn Rule>,
    schedule: Schedule,
}

/// Where it came by.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// The optimizer.
    pub optimizer: String,
    /// Its first learning rate.
    pub learning_rate: f64,
    /// The start, and the place after every step: the lecture's θ, where a rule stores another; see [`Rule::theta`]. It
    /// ends before a place or a value that is not finite.
    pub points: Vec<Point>,
    /// The function's value at each.
    pub losses: Vec<f64>,
}

impl Walker {
    /// An optimizer with keys as `--set` takes them. Without a learning rate it takes the function's
    /// own, else its default.
    ///
    /// # Errors
    /// An unknown optimizer or key, with the nearest right one; a value out of its range.
    pub fn new(surface: &Surface, optimizer: &str, keys: &[String], steps: usize) -> Result<Walker, Error> {
        Walker::read(optimizer, keys, steps, surface.learning_rate(optimizer))
    }

    /// The same for no function in particular: without a learning rate it takes its default.
    ///
    /// # Errors
    /// As for [`Walker::new`].
    pub fn free(optimizer: &str, keys: &[&str], steps: usize) -> Result<Walker, Error> {
        let keys: Vec<String> = keys.iter().map(|&key| key.to_owned()).collect();
        Walker::read(optimizer, &keys, steps, None)
    }

    fn read(optimizer: &str, keys: &[String], steps: usize, own: Option<f64>) -> Result<Walker, Error> {
        let config = OptimizerConfig::of(optimizer, keys)?;
        let rule = optimizers::read(&config)?;
        let learning_rate = own.unwrap_or_else(|| rule.default_learning_rate());
        // An epoch is the whole walk: there is no data to go through.
        let steps = steps.max(1) as u64;
        let schedule = Schedule::read(
            &config,
            &Run { steps, steps_per_epoch: steps, stride: rule.schedule_stride(), learning_rate },
        )?;
        Ok(Walker { rule, schedule })
    }

    /// The formula in force.
    pub fn formula(&self) -> String {
        self.rule.formula()
    }

    /// Walks so many steps, and tells `stepped` of each.
    pub fn walk(&self, surface: &Surface, start: Point, steps: usize, mut stepped: impl FnMut()) -> Path {
        let mut path = Path {
            optimizer: self.rule.name().to_owned(),
            learning_rate: self.schedule.at(0),
            points: vec![start],
            losses: vec![(surface.f)(start)],
        };
        for (_, point) in self.stored(start, |_, point| (surface.gradient)(point)).take(steps) {
            let loss = (surface.f)(point);
            if !(point[0].is_finite() && point[1].is_finite() && loss.is_finite()) {
                break;
            }
            path.points.push(point);
            path.losses.push(loss);
            stepped();
        }
        path
    }

    /// The place after every step as it is stored, without end. `gradient` is asked once for each, with the updates
    /// before it and the place; it may be of any function, noisy, or none's. There are as many
    /// parameters as one block has, at most.
    pub fn places<const N: usize>(
        &self,
        start: [f64; N],
        gradient: impl FnMut(u64, [f64; N]) -> [f64; N],
    ) -> impl Iterator<Item = [f64; N]> {
        self.stored(start, gradient).map(|(place, _)| place)
    }

    /// The same, each with the lecture's θ there.
    fn stored<const N: usize>(
        &self,
        start: [f64; N],
        mut gradient: impl FnMut(u64, [f64; N]) -> [f64; N],
    ) -> impl Iterator<Item = ([f64; N], [f64; N])> {
        const { assert!(N <= BLOCK) };
        let mut parameters = [0.0; BLOCK];
        parameters[..N].copy_from_slice(&start);
        let initial = self.rule.initial_state();
        let mut state: Vec<f64> = initial.into_iter().flat_map(|value| [value; BLOCK]).collect();
        let mut place = start;
        (0..).map(move |update| {
            let gradient = gradient(update, place);
            self.step(update, gradient, &mut parameters, &mut state);
            place.copy_from_slice(&parameters[..N]);
            let own =
                |at: usize| (0..self.rule.states()).map(|tensor| state[tensor * BLOCK + at]).collect::<Vec<f64>>();
            (place, std::array::from_fn(|at| self.rule.theta(place[at], &own(at))))
        })
    }

    /// What every step of a walk from 0 takes off the parameters, without end. `gradient` is asked once
    /// for each, with the updates before it.
    pub fn steps<const N: usize>(&self, mut gradient: impl FnMut(u64) -> [f64; N]) -> impl Iterator<Item = [f64; N]> {
        let mut before = [0.0; N];
        self.places(before, move |update, _| gradient(update)).map(move |place| {
            let from = std::mem::replace(&mut before, place);
            std::array::from_fn(|at| from[at] - place[at])
        })
    }

    /// One launch of the optimizer's kernel on the CPU, over one block of parameters of which the
    /// first few mean something.
    fn step<const N: usize>(&self, update: u64, gradient: [f64; N], parameters: &mut [f64], state: &mut [f64]) {
        let mut gradients = [0.0; BLOCK];
        gradients[..N].copy_from_slice(&gradient);
        let scalars = self.rule.scalars(self.schedule.at(update), update);
        let (mut factors, mut groups, mut blocks) = (vec![], vec![], vec![]);
        if let Some(regularization) = self.rule.regularization() {
            // A matrix of weights, which decays as weights do.
            let numbers = regularization.factors("weight", &[1, N]);
            groups = numbers.to_vec();
            blocks = vec![0, 0];
            // The limit of `clip_value` is among the step's scalars.
            if let Some(Clip::Norm(limit) | Clip::GlobalNorm(limit)) = regularization.clip {
                // Of what is clipped in training: the mean of the batches, with the penalties that are in it.
                let mean = |at: usize| match self.rule.sum_tensor() {
                    Some(sum) => state[sum * BLOCK + at] + scalars[SHARE] * gradient[at],
                    None => gradient[at],
                };
                let of = |at: usize| mean(at) + penalty([numbers[4], numbers[5]], parameters[at]);
                let norm = (0..N).map(of).fold(0.0, f64::hypot) + scalars[NORM_EPSILON];
                factors = vec![if norm > limit { limit / norm } else { 1.0 }];
            }
        }
        let sizes = OptimizerParameters { count: BLOCK as u32, states: self.rule.states() as u32 };
        (OPTIMIZER.cpu.f64)(&mut Arguments {
            parameters: bytemuck::bytes_of(&sizes),
            step: &Step { index: update as u32, scalars, ..Step::over(1) },
            variant: &Variant::Update(self.rule.clone()),
            replica: 0,
            slots: vec![
                Slot::RealMut(parameters),
                Slot::Real(&gradients),
                Slot::RealMut(state),
                Slot::WordMut(&mut [0]),
                Slot::Word(&blocks),
                Slot::Real(&groups),
                Slot::Real(&factors),
            ],
        });
    }
}

impl Path {
    /// The first step after which the function's value is at most `loss`.
    pub fn reaches(&self, loss: f64) -> Option<usize> {
        self.losses.iter().position(|&value| value <= loss)
    }

    /// The first step after which a picture no longer shows where it is.
    pub fn leaves(&self, surface: &Surface) -> Option<usize> {
        self.points.iter().position(|&point| !surface.shows(point))
    }
}
