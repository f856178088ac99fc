//! A shadow: the CPU twins run the first steps beside the device, from the same contents of every
//! buffer. In f64, whose own rounding is nothing beside the device's: a difference is the device's.

use std::sync::Arc;

use super::Session;
use crate::{
    cpu::Cpu,
    device::{self, Executor},
    kernels::{Element, Step, statistics::FIGURES},
    plan::{Learned, Plan, Program},
};

/// The device and its shadow after one step.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// Counts from 1.
    pub step: u64,
    /// The device's mean loss of the batch.
    pub loss: f64,
    /// The difference of the losses, relative to the shadow's.
    pub loss_difference: f64,
    /// The largest difference of a parameter after the step, relative to the largest parameter of its
    /// layer: a bias near 0 has no digits of its own to lose.
    pub parameter_difference: f64,
    /// That tensor's name.
    pub tensor: String,
}

/// The twins with their own copy of every buffer.
pub(super) struct Shadow {
    twins: Cpu<f64>,
    plan: Arc<Plan>,
    steps: usize,
    /// Every step so far.
    pub compared: Vec<Compared>,
}

impl Shadow {
    /// Takes over what the device's buffers hold now.
    pub async fn new(executor: &mut Executor, plan: &Arc<Plan>, steps: usize) -> Result<Shadow, device::Error> {
        device::check_twins(plan)?;
        Ok(Shadow { twins: twins(executor, plan, plan.clone()).await?, plan: plan.clone(), steps, compared: vec![] })
    }

    /// Whether all its steps were run.
    pub fn is_done(&self) -> bool {
        self.compared.len() >= self.steps
    }

    /// What an epoch begins with on the device.
    pub fn begin_epoch(&mut self, order: &[u32], flags: &[u32]) {
        self.twins.write_words(self.plan.ports.order, 0, order);
        self.twins.write_words(self.plan.ports.flags, 0, flags);
    }

    /// Runs a step that the device has just run, and compares. The device is only read.
    pub async fn step(&mut self, executor: &mut Executor, step: &Step) -> Result<(), device::Error> {
        self.twins.run(Program::Train, std::slice::from_ref(step));
        let (ports, at) = (self.plan.ports, step.slot as usize * FIGURES);
        let loss = f64::from(executor.read_reals(ports.statistics, at, 1).await?[0]);
        let parameters = executor.read_reals(ports.parameters, 0, self.plan.buffers[ports.parameters].length).await?;
        let exact = self.twins.reals(ports.parameters);
        let (mut parameter_difference, mut tensor) = (0.0, String::new());
        for learned in &self.plan.learned {
            let range = range_of(learned);
            let scale = self.plan.learned.iter().filter(|other| layer(other) == layer(learned));
            let scale = scale.map(|other| largest(&exact[range_of(other)])).fold(0.0, f64::max);
            let difference = furthest(&parameters[range.clone()], &exact[range], scale);
            if difference >= parameter_difference {
                (parameter_difference, tensor) = (difference, learned.name.clone());
            }
        }
        let exact_loss = &self.twins.reals(ports.statistics)[at..=at];
        self.compared.push(Compared {
            step: u64::from(step.index) + 1,
            loss: loss / f64::from(step.rows),
            loss_difference: furthest(&[loss as f32], exact_loss, largest(exact_loss)),
            parameter_difference,
            tensor,
        });
        Ok(())
    }
}

/// The twins of a plan whose first buffers are those of the executor's own, with what these hold now.
async fn twins(executor: &mut Executor, own: &Plan, plan: Arc<Plan>) -> Result<Cpu<f64>, device::Error> {
    let mut twins = Cpu::new(plan);
    for (id, buffer) in own.buffers.iter().enumerate() {
        match buffer.element {
            Element::Real => {
                let values = executor.read_reals(id, 0, buffer.length).await?;
                twins.write_reals(id, 0, &values.into_iter().map(f64::from).collect::<Vec<_>>());
            }
            Element::Word => twins.write_words(id, 0, &executor.read_words(id, 0, buffer.length).await?),
        }
    }
    Ok(twins)
}

impl Session {
    /// The CPU twins in f64 of a plan that was made of the session's own: with the same buffers, and maybe more behind
    /// them. They hold what the device's do now.
    ///
    /// # Errors
    /// The device fails, or the machine has not room enough.
    pub(crate) async fn twins(&mut self, plan: &Arc<Plan>) -> Result<Cpu<f64>, device::Error> {
        device::check_twins(plan)?;
        twins(&mut self.executor, &self.model.plan, plan.clone()).await
    }

    /// Lets the CPU twins in f64 run the next `steps` training steps beside the device, from its
    /// weights as they are now. Between epochs only; it does not change what the device computes.
    ///
    /// # Errors
    /// The device fails, or the machine has not room enough.
    pub async fn begin_shadow(&mut self, steps: usize) -> Result<(), device::Error> {
        self.shadow = Some(Shadow::new(&mut self.executor, &self.model.plan, steps).await?);
        Ok(())
    }

    /// What the shadow saw, once all its steps are done; it is then gone.
    pub fn shadowed(&mut self) -> Option<Vec<Compared>> {
        self.shadow.as_ref().filter(|shadow| shadow.is_done())?;
        self.end_shadow()
    }

    /// What the shadow saw until now; it is then gone.
    pub fn end_shadow(&mut self) -> Option<Vec<Compared>> {
        self.shadow.take().map(|shadow| shadow.compared)
    }
}

fn range_of(learned: &Learned) -> std::ops::Range<usize> {
    learned.slice.offset..learned.slice.offset + learned.slice.length
}

/// The layer that a parameter belongs to, by its name.
fn layer(learned: &Learned) -> &str {
    learned.name.rsplit_once('.').map_or(&learned.name, |(layer, _)| layer)
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |largest, value| largest.max(value.abs()))
}

/// The largest difference, relative to a scale; what is no number is infinitely far.
fn furthest(values: &[f32], exact: &[f64], scale: f64) -> f64 {
    let far = |(value, exact): (&f32, &f64)| {
        let difference = (f64::from(*value) - exact).abs();
        if difference.is_nan() { f64::INFINITY } else { difference }
    };
    let difference = values.iter().zip(exact).map(far).fold(0.0, f64::max);
    if difference == 0.0 { 0.0 } else { difference / scale }
}

#[cfg(test)]
mod tests {
    use super::furthest;

    #[test]
    fn differences_are_relative_and_never_hidden() {
        assert_eq!(furthest(&[4.0, 1.5], &[4.0, 1.0], 4.0), 0.125);
        assert_eq!(furthest(&[0.0], &[0.0], 0.0), 0.0);
        assert_eq!(furthest(&[1.0], &[0.0], 0.0), f64::INFINITY);
        assert_eq!(furthest(&[f32::NAN], &[1.0], 1.0), f64::INFINITY);
    }
}
