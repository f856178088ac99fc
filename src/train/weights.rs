//! Weights as safetensors, in PyTorch's names and layouts, so that a state_dict moves either way
//! unchanged.

use std::collections::HashMap;

use safetensors::{Dtype, SafeTensors, tensor::TensorView};

use crate::plan::{Learned, Plan};

/// Parameters and optimizer state at one moment, padding included.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// All parameters.
    pub parameters: Vec<f32>,
    /// The optimizer's tensors, one behind the other.
    pub state: Vec<f32>,
    /// Updates done.
    pub updates: u64,
    /// Loss and hits of the steps of an epoch that is not done.
    pub sums: [f64; 2],
}

/// What is wrong with a file of weights.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct WeightsError(pub String);

/// The plan's parameters as the bytes of a safetensors file.
pub fn write_weights(plan: &Plan, parameters: &[f32]) -> Vec<u8> {
    write(plan, parameters, &[], HashMap::new())
}

/// Parameters, further whole buffers of state by name, and metadata.
fn write(plan: &Plan, parameters: &[f32], state: &[(String, &[f32])], metadata: HashMap<String, String>) -> Vec<u8> {
    let view = |shape: &[usize], values| {
        TensorView::new(Dtype::F32, shape.to_vec(), bytemuck::cast_slice(values)).expect("the shape has these values")
    };
    let of = |learned: &Learned| {
        let values = &parameters[learned.slice.offset..learned.slice.offset + learned.slice.length];
        (learned.name.clone(), view(&learned.shape, values))
    };
    let mut tensors: Vec<(String, TensorView)> = plan.learned.iter().map(of).collect();
    tensors.extend(state.iter().map(|(name, values)| (name.clone(), view(&[values.len()], values))));
    safetensors::serialize(tensors, Some(metadata)).expect("names and shapes are plain")
}

/// Parameters for the plan from the bytes of a safetensors file. Every parameter must be there in
/// its shape; other tensors are ignored.
///
/// # Errors
/// Not a safetensors file; a parameter that is missing, or in another shape or type.
pub fn read_weights(plan: &Plan, bytes: &[u8]) -> Result<Vec<f32>, WeightsError> {
    let file =
        SafeTensors::deserialize(bytes).map_err(|error| WeightsError(format!("no safetensors file: {error}")))?;
    let mut parameters = vec![0.0; plan.buffers[plan.ports.parameters].length];
    for learned in &plan.learned {
        let there = file.names();
        let tensor = file.tensor(&learned.name).map_err(|_| {
            WeightsError(format!("the parameter `{}` is missing; the file has {}", learned.name, list(&there)))
        })?;
        if tensor.shape() != learned.shape || tensor.dtype() != Dtype::F32 {
            let found = format!("{:?} {:?}", tensor.dtype(), tensor.shape());
            let message = format!("`{}` is {found}, but the network has F32 {:?}", learned.name, learned.shape);
            return Err(WeightsError(message));
        }
        let values: Vec<f32> = bytemuck::pod_collect_to_vec(tensor.data());
        parameters[learned.slice.offset..][..values.len()].copy_from_slice(&values);
    }
    Ok(parameters)
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
        // The bits, since a decimal fraction would not come back the same.
        let sums = self.sums.map(|sum| sum.to_bits().to_string()).join(" ");
        let metadata = HashMap::from([("updates".to_owned(), self.updates.to_string()), ("sums".to_owned(), sums)]);
        write(plan, &self.parameters, state, metadata)
    }

    /// Reads what [`Snapshot::to_bytes`] wrote.
    ///
    /// # Errors
    /// See [`read_weights`]; state of another optimizer or network.
    pub fn from_bytes(plan: &Plan, bytes: &[u8]) -> Result<Snapshot, WeightsError> {
        let parameters = read_weights(plan, bytes)?;
        let wrong = |what: &str| WeightsError(format!("{what}: not a checkpoint of this run"));
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(|error| WeightsError(error.to_string()))?;
        let entry = |name: &str| header.metadata().as_ref().and_then(|entries| entries.get(name));
        let updates = entry("updates").and_then(|updates| updates.parse().ok());
        let sums: Option<Vec<u64>> =
            entry("sums").and_then(|sums| sums.split(' ').map(|sum| sum.parse().ok()).collect());
        let sums = sums.and_then(|sums| <[u64; 2]>::try_from(sums).ok()).map(|sums| sums.map(f64::from_bits));
        let length = plan.ports.state.map_or(0, |state| plan.buffers[state].length);
        let file = SafeTensors::deserialize(bytes).map_err(|error| WeightsError(error.to_string()))?;
        let state: Vec<f32> = match file.tensor("optimizer.state") {
            Ok(tensor) => bytemuck::pod_collect_to_vec(tensor.data()),
            Err(_) => vec![],
        };
        if state.len() != length {
            return Err(wrong("the optimizer's state has another size"));
        }
        let updates = updates.ok_or_else(|| wrong("the number of updates is missing"))?;
        let sums = sums.ok_or_else(|| wrong("the epoch's figures are missing"))?;
        Ok(Snapshot { parameters, state, updates, sums })
    }
}
