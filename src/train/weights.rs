//! Weights as safetensors, in PyTorch's names and layouts, so that a state_dict moves either way
//! unchanged.

use std::collections::HashMap;

use safetensors::{Dtype, SafeTensors, tensor::TensorView};

use crate::plan::{Plan, Slice};

/// Parameters, running figures and optimizer state at one moment, padding included.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// All parameters.
    pub parameters: Vec<f32>,
    /// All running figures.
    pub running: Vec<f32>,
    /// The optimizer's tensors, one behind the other.
    pub state: Vec<f32>,
    /// Updates done.
    pub updates: u64,
    /// Loss and hits of the steps of an epoch that is not done.
    pub sums: [f64; 2],
    /// What the schedule remembers; empty for most.
    pub schedule: Vec<f64>,
}

/// What is wrong with a file of weights.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct WeightsError(pub String);

/// What a network computes with, padding included.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// All parameters.
    pub parameters: Vec<f32>,
    /// All running figures.
    pub running: Vec<f32>,
}

/// A snapshot's parameters and running figures as the bytes of a safetensors file.
pub fn write_weights(plan: &Plan, snapshot: &Snapshot) -> Vec<u8> {
    write(plan, &snapshot.parameters, &snapshot.running, &[], HashMap::new())
}

/// The same with the average in place of the parameters, if the optimizer keeps one.
pub fn write_average(plan: &Plan, snapshot: &Snapshot) -> Option<Vec<u8>> {
    let average = plan.ports.average?;
    let parts =
        snapshot.state.chunks_exact(average.stride).flat_map(|state| &state[average.offset..][..average.length]);
    let parameters: Vec<f32> = parts.copied().collect();
    Some(write(plan, &parameters, &snapshot.running, &[], HashMap::new()))
}

/// Every tensor of a state_dict: its name, its shape, its place, and whether it is a running figure.
fn tensors(plan: &Plan) -> impl Iterator<Item = (&str, &[usize], Slice, bool)> {
    let learned = plan.learned.iter().map(|learned| (&learned.name[..], &learned.shape[..], learned.slice, false));
    let running = plan.running.iter().map(|running| (&running.name[..], &running.shape[..], running.slice, true));
    learned.chain(running)
}

/// Parameters, running figures, further whole buffers of state by name, and metadata.
fn write(
    plan: &Plan,
    parameters: &[f32],
    running: &[f32],
    state: &[(String, &[f32])],
    metadata: HashMap<String, String>,
) -> Vec<u8> {
    let view = |shape: &[usize], values| {
        TensorView::new(Dtype::F32, shape.to_vec(), bytemuck::cast_slice(values)).expect("the shape has these values")
    };
    let of = |(name, shape, slice, runs): (&str, &[usize], Slice, bool)| {
        let values = &(if runs { running } else { parameters })[slice.offset..slice.offset + slice.length];
        (name.to_owned(), view(shape, values))
    };
    let mut views: Vec<(String, TensorView)> = tensors(plan).map(of).collect();
    views.extend(state.iter().map(|(name, values)| (name.clone(), view(&[values.len()], values))));
    safetensors::serialize(views, Some(metadata)).expect("names and shapes are plain")
}

/// Parameters and running figures for the plan from the bytes of a safetensors file. Every one must
/// be there in its shape; other tensors are ignored.
///
/// # Errors
/// Not a safetensors file; a tensor that is missing, or in another shape or type.
pub fn read_weights(plan: &Plan, bytes: &[u8]) -> Result<Weights, WeightsError> {
    let file =
        SafeTensors::deserialize(bytes).map_err(|error| WeightsError(format!("no safetensors file: {error}")))?;
    let parameters = vec![0.0; plan.buffers[plan.ports.parameters].length];
    let mut weights = Weights { parameters, running: plan.initial_running() };
    for (name, shape, slice, runs) in tensors(plan) {
        let there = file.names();
        let what = if runs { "running figure" } else { "parameter" };
        let tensor = file
            .tensor(name)
            .map_err(|_| WeightsError(format!("the {what} `{name}` is missing; the file has {}", list(&there))))?;
        if tensor.shape() != shape || tensor.dtype() != Dtype::F32 {
            let found = format!("{:?} {:?}", tensor.dtype(), tensor.shape());
            return Err(WeightsError(format!("`{name}` is {found}, but the network has F32 {shape:?}")));
        }
        let values: Vec<f32> = bytemuck::pod_collect_to_vec(tensor.data());
        let to = if runs { &mut weights.running } else { &mut weights.parameters };
        to[slice.offset..][..values.len()].copy_from_slice(&values);
    }
    Ok(weights)
}

impl Weights {
    /// As the bytes of a safetensors file, for other programs: `format` says to those whose layouts these are.
    pub fn to_bytes(&self, plan: &Plan) -> Vec<u8> {
        let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
        write(plan, &self.parameters, &self.running, &[], metadata)
    }

    /// Every tensor by its name, with its shape and its numbers.
    pub fn tensors<'a>(&'a self, plan: &'a Plan) -> impl Iterator<Item = (&'a str, &'a [usize], &'a [f32])> {
        tensors(plan).map(|(name, shape, slice, runs)| {
            let values = if runs { &self.running } else { &self.parameters };
            (name, shape, &values[slice.offset..][..slice.length])
        })
    }
}

fn list(names: &[&str]) -> String {
    let mut names = names.to_vec();
    names.sort_unstable();
    names.join(", ")
}

impl Snapshot {
    /// All that a resumed run needs, as the bytes of a safetensors file.
    pub fn to_bytes(&self, plan: &Plan) -> Vec<u8> {
        let state = [("optimizer.state".to_owned(), &self.state[..])];
        let state = if self.state.is_empty() { &state[..0] } else { &state[..] };
        // Rust writes a float with as many digits as it takes to read the same one back.
        let list = |numbers: &[f64]| numbers.iter().map(f64::to_string).collect::<Vec<_>>().join(" ");
        let metadata = HashMap::from([
            ("updates".to_owned(), self.updates.to_string()),
            ("sums".to_owned(), list(&self.sums)),
            ("schedule".to_owned(), list(&self.schedule)),
        ]);
        write(plan, &self.parameters, &self.running, state, metadata)
    }

    /// Reads what [`Snapshot::to_bytes`] wrote.
    ///
    /// # Errors
    /// See [`read_weights`]; state of another optimizer or network.
    pub fn from_bytes(plan: &Plan, bytes: &[u8]) -> Result<Snapshot, WeightsError> {
        let Weights { parameters, running } = read_weights(plan, bytes)?;
        let wrong = |what: &str| WeightsError(format!("{what}: not a checkpoint of this run"));
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(|error| WeightsError(error.to_string()))?;
        let entry = |name: &str| header.metadata().as_ref().and_then(|entries| entries.get(name));
        let updates = entry("updates").and_then(|updates| updates.parse().ok());
        let numbers = |name: &str| -> Option<Vec<f64>> {
            entry(name)?.split_whitespace().map(|number| number.parse().ok()).collect()
        };
        let length = plan.ports.state.map_or(0, |state| plan.buffers[state].length);
        let file = SafeTensors::deserialize(bytes).map_err(|error| WeightsError(error.to_string()))?;
        let state: Vec<f32> = match file.tensor("optimizer.state") {
            Ok(tensor) => bytemuck::pod_collect_to_vec(tensor.data()),
            Err(_) => vec![],
        };
        if state.len() != length {
            return Err(wrong("the optimizer's state has another size"));
        }
        let schedule = numbers("schedule").ok_or_else(|| wrong("the schedule's memory is no list of numbers"))?;
        let updates = updates.ok_or_else(|| wrong("the number of updates is missing"))?;
        let sums = numbers("sums").and_then(|sums| <[f64; 2]>::try_from(sums).ok());
        let sums = sums.ok_or_else(|| wrong("the epoch's figures are missing"))?;
        Ok(Snapshot { parameters, running, state, updates, sums, schedule })
    }
}
