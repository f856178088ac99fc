//! One optimizer's walk: the update of training itself, in f64, on a network that is nothing but its
//! two parameters.

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
    /// The start, and the place after every step. Nesterov's is the place it looks ahead to, as in
    /// training. It ends before a place or a value that is not finite.
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
        let config = OptimizerConfig::of(optimizer, keys)?;
        let rule = optimizers::read(&config)?;
        let learning_rate = surface.learning_rate(optimizer).unwrap_or_else(|| rule.default_learning_rate());
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
        let mut parameters = vec![0.0; BLOCK];
        parameters[..2].copy_from_slice(&start);
        let initial = self.rule.initial_state();
        let mut state: Vec<f64> = initial.into_iter().flat_map(|value| [value; BLOCK]).collect();
        let mut path = Path {
            optimizer: self.rule.name().to_owned(),
            learning_rate: self.schedule.at(0),
            points: vec![start],
            losses: vec![(surface.f)(start)],
        };
        for update in 0..steps as u64 {
            self.step(surface, update, &mut parameters, &mut state);
            let point = [parameters[0], parameters[1]];
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

    /// One launch of the optimizer's kernel on the CPU, over one block of parameters of which two
    /// mean something.
    fn step(&self, surface: &Surface, update: u64, parameters: &mut [f64], state: &mut [f64]) {
        let gradient = (surface.gradient)([parameters[0], parameters[1]]);
        let mut gradients = [0.0; BLOCK];
        gradients[..2].copy_from_slice(&gradient);
        let scalars = self.rule.scalars(self.schedule.at(update), update);
        let (mut factors, mut groups, mut blocks) = (vec![], vec![], vec![]);
        if let Some(regularization) = self.rule.regularization() {
            // A matrix of two weights, which decays as weights do.
            let numbers = regularization.factors("weight", &[1, 2]);
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
                let norm = of(0).hypot(of(1)) + scalars[NORM_EPSILON];
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
