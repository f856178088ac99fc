//! A session: config, data, graph and plan, with the plan's buffers filled on a device.

mod best;
mod epoch;
mod evaluate;
mod given;
mod length;
mod predict;

pub use evaluate::Evaluation;

use std::sync::Arc;

use super::{Error, Figures, Kept, Model, Settings, StepRecord, Weights, figures, shadow::Shadow};
use crate::{
    data::{self, Inputs},
    device::{self, Counters, Device, Executor},
    gpu,
    kernels::{Step, statistics::FIGURES},
    losses::{Loss, Targets},
    plan::Program,
};

/// Which examples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// Those that are trained on.
    Train,
    /// Those by which settings and checkpoints are chosen.
    Dev,
    /// Those that nothing was chosen by.
    Test,
}

/// A model on a device.
pub struct Session {
    pub(super) model: Model,
    pub(super) executor: Executor,
    updates: u64,
    /// Loss and hits of this epoch's steps so far.
    sums: [f64; 2],
    /// Whether the steps of the last epoch are all done, but not what ends it.
    owed: bool,
    /// The least cost that an epoch was judged by.
    best: f64,
    /// Whether an observer ended the run before its last epoch.
    early: bool,
    /// Why, where the settings had it so.
    why: Option<String>,
    /// Epochs since the best one.
    since: usize,
    /// The best epoch's weights, where they are wanted.
    kept: Option<Arc<Kept>>,
    pub(super) shadow: Option<Shadow>,
}

impl Session {
    /// Puts a model on a device: allocates, builds all that a step needs, uploads the data and
    /// the first values of the parameters.
    ///
    /// # Errors
    /// The device fails, or has not room enough; a model of examples that are not there.
    pub async fn new(model: Model, device: &Device) -> Result<Session, device::Error> {
        // Its splits would be indices of nothing.
        if model.dataset.is_outline() && model.plan.buffers[model.plan.ports.order].length > 0 {
            return Err(device::Error::NoExamples);
        }
        let executor = match Executor::new(device, model.plan.clone()).await {
            Ok(executor) => executor,
            Err(error) => return Err(advise(error, &model, device).await),
        };
        let mut session = Session {
            model,
            executor,
            updates: 0,
            sums: [0.0; 2],
            owed: false,
            best: f64::INFINITY,
            early: false,
            why: None,
            since: 0,
            kept: None,
            shadow: None,
        };
        session.upload();
        let initial = session.model.initial_parameters();
        session.write_parameters(&initial);
        if let Some(running) = session.model.plan.ports.running {
            let initial = session.model.plan.initial_running();
            session.executor.write_reals(running, 0, &initial);
        }
        Ok(session)
    }

    /// Writes parameters, and as the first average of them.
    fn write_parameters(&mut self, parameters: &[f32]) {
        let ports = self.model.plan.ports;
        self.executor.write_reals(ports.parameters, 0, parameters);
        let Some(average) = ports.average else { return };
        for (replica, parameters) in parameters.chunks_exact(average.length).enumerate() {
            self.executor.write_reals(average.buffer, average.offset + replica * average.stride, parameters);
        }
    }

    fn upload(&mut self) {
        let (dataset, ports, executor) = (&self.model.dataset, self.model.plan.ports, &mut self.executor);
        match &dataset.inputs {
            Inputs::Bytes { values, .. } => {
                let mut bytes = values.clone();
                bytes.resize(bytes.len().next_multiple_of(4), 0);
                executor.write_words(ports.data, 0, &bytemuck::pod_collect_to_vec(&bytes));
            }
            Inputs::Floats(values) => executor.write_reals(ports.data, 0, values),
        }
        let outputs = self.model.outputs();
        match (&dataset.targets, self.model.loss.targets) {
            (data::Targets::Classes { labels, .. }, Targets::Labels) => executor.write_words(ports.targets, 0, labels),
            (data::Targets::Classes { labels, .. }, Targets::Probabilities | Targets::Values) => {
                executor.write_reals(ports.targets, 0, &as_values(labels, outputs));
            }
            (data::Targets::Values { values, .. }, _) => executor.write_reals(ports.targets, 0, values),
        }
        let norm = &dataset.normalization;
        let affine: Vec<f32> =
            norm.scale.iter().zip(&norm.offset).flat_map(|(&scale, &offset)| [scale, offset]).collect();
        executor.write_reals(ports.affine, 0, &affine);
        let order: Vec<u32> = [&dataset.train[..], &dataset.dev, &dataset.test].concat();
        executor.write_words(ports.order, 0, &order);
    }

    /// How it is trained.
    pub fn settings(&self) -> &Settings {
        &self.model.settings
    }

    /// All that it was built from.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The loss.
    pub fn loss(&self) -> &'static Loss {
        self.model.loss
    }

    /// What the device did so far.
    pub fn counters(&self) -> &Counters {
        self.executor.counters()
    }

    /// Steps between two looks at the observer: as many as a GPU takes at once; on the CPU device
    /// so few that a progress bar moves.
    pub fn steps_per_submission(&self) -> usize {
        match self.executor {
            Executor::Cpu(..) => 8,
            Executor::Gpu(_) => gpu::STEPS_PER_SUBMISSION,
        }
    }

    /// The learning rate after `updates` updates.
    pub fn learning_rate(&self, updates: u64) -> f64 {
        self.model.schedule.at(updates)
    }

    /// Examples of a split.
    pub fn examples(&self, split: Split) -> usize {
        self.range(split).len()
    }

    /// Where a split lies in the order of examples.
    fn range(&self, split: Split) -> std::ops::Range<usize> {
        let dataset = &self.model.dataset;
        let (train, dev) = (dataset.train.len(), dataset.train.len() + dataset.dev.len());
        match split {
            Split::Train => 0..train,
            Split::Dev => train..dev,
            Split::Test => dev..dev + dataset.test.len(),
        }
    }

    /// Uploads the epoch's permutation, and returns those of its steps that are still to be done:
    /// all of them, unless the run was resumed within the epoch.
    ///
    /// # Panics
    /// Epochs count from 1, and come one after the other: the steps of those before were all run.
    pub fn begin_epoch(&mut self, epoch: usize) -> Vec<Step> {
        let next = self.updates / self.steps_per_epoch().max(1) as u64 + 1;
        assert!((1..=next).contains(&(epoch as u64)), "epoch {epoch} can't begin: the next one is {next}");
        let begun = self.steps_per_epoch() as u64 * (epoch as u64 - 1);
        let done = (self.updates - begun) as usize;
        if done == 0 {
            self.sums = [0.0; 2];
        }
        let order = self.order(epoch);
        let steps = self.steps_of(epoch);
        let Model { settings, dataset, plan, rule, schedule, .. } = &self.model;
        let flags = vec![0; plan.slots];
        self.executor.write_words(plan.ports.order, 0, &order);
        self.executor.write_words(plan.ports.flags, 0, &flags);
        if let Some(shadow) = &mut self.shadow {
            shadow.begin_epoch(&order, &flags);
        }
        let step = |at: usize| {
            let (first, update) = (at * plan.batch, begun + at as u64);
            Step {
                index: update as u32,
                slot: at as u32,
                first: first as u32,
                rows: plan.batch.min(dataset.train.len() - first) as u32,
                seed: settings.seed,
                scalars: rule.scalars(schedule.at(update), update),
            }
        };
        (done..steps).map(step).collect()
    }

    /// Runs steps.
    ///
    /// # Errors
    /// The device fails.
    pub async fn run(&mut self, program: Program, steps: &[Step]) -> Result<(), device::Error> {
        let mut rest = steps;
        if program == Program::Train {
            self.updates += steps.len() as u64;
            while let Some(shadow) = self.shadow.as_mut().filter(|shadow| !shadow.is_done()) {
                let Some((step, after)) = rest.split_first() else { break };
                self.executor.run(program, std::slice::from_ref(step)).await?;
                shadow.step(&mut self.executor, step).await?;
                rest = after;
            }
        }
        if rest.is_empty() { Ok(()) } else { self.executor.run(program, rest).await }
    }

    /// Reads the figures of neighbouring steps that were run, and adds them to the epoch's.
    ///
    /// # Errors
    /// The device fails; a loss or gradient is not finite.
    pub async fn read_steps(&mut self, epoch: usize, steps: &[Step]) -> Result<Vec<StepRecord>, Error> {
        let Some(first) = steps.first().map(|step| step.slot as usize) else { return Ok(vec![]) };
        let ports = self.model.plan.ports;
        let figures = self.executor.read_reals(ports.statistics, first * FIGURES, steps.len() * FIGURES).await?;
        let flags = self.executor.read_words(ports.flags, first, steps.len()).await?;
        let mut records = vec![];
        for ((step, figures), flag) in steps.iter().zip(figures.chunks_exact(FIGURES)).zip(flags) {
            let number = u64::from(step.index) + 1;
            let not_finite = |what| Error::NotFinite { what, step: number, epoch };
            if !crate::kernels::is_finite(figures[0]) {
                return Err(not_finite("the loss"));
            }
            if flag != 0 {
                return Err(not_finite("a gradient"));
            }
            self.sums[0] += f64::from(figures[0]);
            self.sums[1] += f64::from(figures[1]);
            let loss = f64::from(figures[0]) / f64::from(step.rows);
            records.push(StepRecord { step: number, loss, learning_rate: self.learning_rate(number - 1) });
        }
        Ok(records)
    }

    /// Means over the first `examples` examples of this epoch, whose steps were read.
    pub fn epoch_figures(&self, examples: usize) -> Figures {
        figures(self.model.loss, self.sums, examples)
    }

    /// Evaluation steps over a part of the order of examples, each with a slot of its own.
    fn evaluation_steps(&self, range: std::ops::Range<usize>) -> Vec<Step> {
        let rows = self.model.plan.evaluate_batch;
        let step = |(slot, first): (usize, usize)| Step {
            slot: slot as u32,
            first: first as u32,
            ..Step::over(rows.min(range.end - first))
        };
        range.clone().step_by(rows).enumerate().map(step).collect()
    }

    /// Replaces parameters, with the average of them if there is one, and running figures: a run that
    /// starts from given weights.
    pub fn restore_weights(&mut self, weights: &Weights) {
        let ports = self.model.plan.ports;
        self.write_parameters(&weights.parameters);
        if let Some(running) = ports.running {
            self.executor.write_reals(running, 0, &weights.running);
        }
    }
}

/// Says which batches would fit, if smaller ones are the way out.
async fn advise(mut error: device::Error, model: &Model, device: &Device) -> device::Error {
    if let Some(advice) = error.advice() {
        let cpu = if matches!(device, Device::Cpu) { "" } else { " or --device cpu" };
        *advice = match model.largest_batch(async |plan| device.fits(plan).await.is_ok()).await {
            Some(batch) => format!("train.batch_size={batch} is the largest that fits{cpu}"),
            None => format!("no batch fits: take a smaller network, fewer examples (data.train_limit){cpu}"),
        };
    }
    error
}

/// Labels as the values that a loss over values wants: the label itself for one output, else 1 at
/// the label's place and 0 elsewhere.
pub(crate) fn as_values(labels: &[u32], outputs: usize) -> Vec<f32> {
    if outputs == 1 {
        return labels.iter().map(|&label| label as f32).collect();
    }
    let mut values = vec![0.0; labels.len() * outputs];
    for (row, &label) in values.chunks_exact_mut(outputs).zip(labels) {
        row[label as usize] = 1.0;
    }
    values
}
