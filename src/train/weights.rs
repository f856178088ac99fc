//! Weights as safetensors, in PyTorch's names and layouts, so that a state_dict moves either way
//! unchanged. Files of our own hold their checksum.

use std::collections::{BTreeSet, HashMap};

use half::{bf16, f16};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};

use super::Snapshot;
use crate::{
    checksum::{self, BLANK},
    plan::{Plan, Slice},
};

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

/// A snapshot's parameters and running figures as the bytes of a safetensors file: the best ones where it says so.
pub fn write_weights(plan: &Plan, snapshot: &Snapshot) -> Vec<u8> {
    let own = (&snapshot.parameters, &snapshot.running);
    let (parameters, running) = restored(snapshot).map_or(own, |best| (&best.parameters, &best.running));
    write_sealed(plan, parameters, running, &[], HashMap::new())
}

/// The weights that are a run's final ones, where those are not the last.
fn restored(snapshot: &Snapshot) -> Option<&Weights> {
    snapshot.kept.as_ref().filter(|_| snapshot.restored).map(|kept| &kept.weights)
}

/// The same with the average in place of the parameters, if the optimizer keeps one.
pub fn write_average(plan: &Plan, snapshot: &Snapshot) -> Option<Vec<u8>> {
    let average = average(plan, snapshot)?;
    let own = (&average, &snapshot.running);
    let (parameters, running) = restored(snapshot).map_or(own, |best| (&best.parameters, &best.running));
    Some(write_sealed(plan, parameters, running, &[], HashMap::new()))
}

/// The average of the parameters, if the optimizer keeps one.
fn average(plan: &Plan, snapshot: &Snapshot) -> Option<Vec<f32>> {
    let average = plan.ports.average?;
    let parts = snapshot.state.chunks_exact(average.stride);
    Some(parts.flat_map(|state| &state[average.offset..][..average.length]).copied().collect())
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
    state: &[(&str, &[f32])],
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
    views.extend(state.iter().map(|(name, values)| ((*name).to_owned(), view(&[values.len()], values))));
    safetensors::serialize(views, Some(metadata)).expect("names and shapes are plain")
}

/// The same with the file's checksum in its metadata.
pub(super) fn write_sealed(
    plan: &Plan,
    parameters: &[f32],
    running: &[f32],
    state: &[(&str, &[f32])],
    mut metadata: HashMap<String, String>,
) -> Vec<u8> {
    metadata.insert("crc32".into(), BLANK.into());
    let mut bytes = write(plan, parameters, running, state, metadata);
    checksum::WEIGHTS.seal(&mut bytes);
    bytes
}

/// Reads the tensors of a file, whole and of one meaning, and says whether it has a checksum.
///
/// # Errors
/// Not a safetensors file; the checksum is wrong; a key that is there twice.
pub(super) fn open(bytes: &[u8]) -> Result<(SafeTensors<'_>, bool), WeightsError> {
    let wrong = |error: String| WeightsError(format!("no safetensors file: {error}"));
    let length = bytes.first_chunk().map(|length| u64::from_le_bytes(*length));
    let end = length.and_then(|length| usize::try_from(length).ok()?.checked_add(8)).unwrap_or(usize::MAX);
    let header =
        bytes.get(8..end).ok_or_else(|| wrong(format!("it has {} bytes, fewer than its header", bytes.len())))?;
    let sealed = checksum::WEIGHTS.check(bytes, end).map_err(|error| WeightsError(error.to_string()))?;
    serde_json::from_slice::<NoneTwice>(header).map_err(|error| wrong(error.to_string()))?;
    let file = SafeTensors::deserialize(bytes).map_err(|error| wrong(error.to_string()))?;
    Ok((file, sealed))
}

/// Whether a file of weights has a checksum.
///
/// # Errors
/// It is wrong, or this is no such file.
pub fn is_sealed(bytes: &[u8]) -> Result<bool, WeightsError> {
    open(bytes).map(|(_, sealed)| sealed)
}

/// Any JSON in which no object has a key twice: of two tensors with one name, readers take either.
struct NoneTwice;

impl<'de> serde::Deserialize<'de> for NoneTwice {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(NoneTwice)
    }
}

impl<'de> serde::de::Visitor<'de> for NoneTwice {
    type Value = NoneTwice;

    fn expecting(&self, to: &mut std::fmt::Formatter) -> std::fmt::Result {
        to.write_str("objects, lists, texts and counts")
    }
    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<NoneTwice, A::Error> {
        let mut keys = BTreeSet::new();
        while let Some((key, _)) = map.next_entry::<String, NoneTwice>()? {
            if let Some(twice) = keys.replace(key) {
                return Err(serde::de::Error::custom(format!("the key {twice:?} is there twice")));
            }
        }
        Ok(NoneTwice)
    }
    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut items: A) -> Result<NoneTwice, A::Error> {
        while items.next_element::<NoneTwice>()?.is_some() {}
        Ok(NoneTwice)
    }
    fn visit_str<E>(self, _: &str) -> Result<NoneTwice, E> {
        Ok(NoneTwice)
    }
    fn visit_u64<E>(self, _: u64) -> Result<NoneTwice, E> {
        Ok(NoneTwice)
    }
}

/// Parameters and running figures for the plan from the bytes of a safetensors file. Every one must
/// be there in its shape, in any of the usual types of floats; other tensors are ignored. What wraps a
/// module, such as PyTorch's DataParallel or compile, may have put its own name in front of all names.
///
/// # Errors
/// Not a safetensors file, or a damaged one; a tensor that is missing, or in another shape or type.
pub fn read_weights(plan: &Plan, bytes: &[u8]) -> Result<Weights, WeightsError> {
    let (file, _) = open(bytes)?;
    let prefix = prefix(plan, &file);
    let parameters = vec![0.0; plan.buffers[plan.ports.parameters].length];
    let mut weights = Weights { parameters, running: plan.initial_running() };
    for (name, shape, slice, runs) in tensors(plan) {
        let there = file.names();
        let what = if runs { "running figure" } else { "parameter" };
        let tensor = file
            .tensor(&format!("{prefix}{name}"))
            .map_err(|_| WeightsError(format!("the {what} `{name}` is missing; the file has {}", list(&there))))?;
        let values = reals(&tensor).map_err(|why| WeightsError(format!("`{name}` {why}")))?;
        if tensor.shape() != shape {
            return Err(WeightsError(format!("`{name}` is {:?}, but the network has {shape:?}", tensor.shape())));
        }
        let to = if runs { &mut weights.running } else { &mut weights.parameters };
        to[slice.offset..][..values.len()].copy_from_slice(&values);
    }
    Ok(weights)
}

/// What stands in front of every name of the plan, if they are all there with the same text in front.
fn prefix(plan: &Plan, file: &SafeTensors) -> String {
    let Some((first, ..)) = tensors(plan).next() else { return String::new() };
    let all = |prefix: &&str| tensors(plan).all(|(name, ..)| file.tensor(&format!("{prefix}{name}")).is_ok());
    let names = file.names();
    let mut fit: Vec<&str> = names.iter().filter_map(|name| name.strip_suffix(first)).filter(all).collect();
    fit.sort_by_key(|prefix| prefix.len());
    match fit[..] {
        ["", ..] => String::new(),
        [only] if only.ends_with('.') => only.to_owned(),
        // Which of several networks is meant, nobody can know.
        _ => String::new(),
    }
}

/// A tensor's numbers as f32.
fn reals(tensor: &TensorView) -> Result<Vec<f32>, String> {
    let data = tensor.data();
    let narrow = |value: f64| match value as f32 {
        narrowed if narrowed.is_infinite() && value.is_finite() => Err(format!("has {value:e}, which f32 cannot hold")),
        narrowed => Ok(narrowed),
    };
    match tensor.dtype() {
        Dtype::F32 => Ok(bytemuck::pod_collect_to_vec(data)),
        Dtype::F16 => Ok(data.as_chunks().0.iter().map(|bytes| f16::from_le_bytes(*bytes).to_f32()).collect()),
        Dtype::BF16 => Ok(data.as_chunks().0.iter().map(|bytes| bf16::from_le_bytes(*bytes).to_f32()).collect()),
        Dtype::F64 => data.as_chunks().0.iter().map(|bytes| narrow(f64::from_le_bytes(*bytes))).collect(),
        other => Err(format!("is {other:?}; F32, F16, BF16 and F64 can be read")),
    }
}

impl Weights {
    /// A snapshot's, as they are evaluated: the average of the parameters, if the optimizer keeps one.
    pub fn of(plan: &Plan, snapshot: Snapshot) -> Weights {
        let parameters = average(plan, &snapshot).unwrap_or(snapshot.parameters);
        Weights { parameters, running: snapshot.running }
    }

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

    /// The first tensor with a number that is none, or infinite.
    pub fn not_finite<'a>(&'a self, plan: &'a Plan) -> Option<&'a str> {
        let mut tensors = self.tensors(plan);
        tensors.find(|(_, _, values)| !values.iter().all(|value| value.is_finite())).map(|(name, ..)| name)
    }
}

fn list(names: &[&str]) -> String {
    let mut names = names.to_vec();
    names.sort_unstable();
    names.join(", ")
}
