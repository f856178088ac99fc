//! Examples for a network that was trained: brought to what its run knows of its data, never measured anew.

use super::dataset::{Dataset, Inputs, Targets, numbers};
use super::error::DataError;
use super::features;
use super::fingerprint::{Kin, examples_hash, splits_hash};
use super::signature::{Fingerprint, Predicted, Signature};
use super::source::{Examples, Request};
use super::split::Splits;
use crate::config::{DataConfig, suggestion};

/// Loads examples for a run's network, and says how they relate to those that it was trained on. Those that are the
/// same, or the same with more behind them, are split as they were. Others are all in the test set, unless the
/// source has a test set of its own.
///
/// # Errors
/// What [`super::load`] finds, examples that do not fit the network, and settings by which they would be split in
/// another way than they were.
pub fn load_again(
    config: &DataConfig,
    loss_is_categorical: bool,
    seed: u64,
    known: &Signature,
) -> Result<(Dataset, Kin), DataError> {
    let request = Request { config, categorical: loss_is_categorical, seed, known: Some(known) };
    let mut examples = super::read(&request)?;
    let kin = Kin::of(&examples, known.fingerprint.as_ref());
    if let (Kin::Grown { .. }, Some(fingerprint)) = (&kin, &known.fingerprint) {
        examples = first(examples, fingerprint.examples);
    }
    let hash = examples_hash(&examples, examples.targets.len());
    let count = examples.targets.len();
    adapt(known, &mut examples)?;
    // Others may have more columns, and their target elsewhere.
    if known.table.is_some() {
        examples.origin.table.clone_from(&known.table);
    }
    if let Some(map) = known.map {
        examples = features::by(map, examples)?;
    }
    let splits = match kin {
        Kin::Same | Kin::Grown { .. } => super::divide(&request, &examples)?,
        Kin::Other => {
            let test = examples.test.unwrap_or(count);
            Splits { train: vec![], dev: vec![], test: ((count - test) as u32..count as u32).collect() }
        }
    };
    let found = splits_hash(&splits);
    if let (Kin::Same | Kin::Grown { .. }, Some(Fingerprint { splits_hash, splits: counts, .. })) =
        (&kin, &known.fingerprint)
        && found != *splits_hash
    {
        let now = [splits.train.len(), splits.dev.len(), splits.test.len()];
        let message = format!(
            "the splits would be others than the run's: {now:?} examples train, choose and test, where it has {counts:?}; \
             leave seed, data.test, data.dev and data.train_limit as they are"
        );
        return Err(DataError::new(examples.origin.file, message));
    }
    // Labels of others are as they are.
    let clean = DataConfig { label_noise: 0.0, ..config.clone() };
    let request = Request { config: if kin == Kin::Other { &clean } else { config }, ..request };
    let mut dataset = super::finish(&request, examples, splits, known.normalization.clone(), hash)?;
    if kin == Kin::Other {
        dataset.origin.fingerprint = None;
    }
    Ok((dataset, kin))
}

/// The first so many of examples that have no test set of their own.
fn first(mut examples: Examples, count: usize) -> Examples {
    let features = examples.shape.iter().product();
    let kept: Vec<u32> = (0..count as u32).collect();
    examples.inputs = examples.inputs.of(&kept, features);
    examples.targets = examples.targets.of(&kept);
    examples.origin.lines.truncate(count);
    examples
}

/// Checks examples against what a run knows, and numbers their classes as it does.
pub(super) fn adapt(known: &Signature, examples: &mut Examples) -> Result<(), DataError> {
    let wrong = |message: String| DataError::new(examples.origin.file.as_str(), message);
    let found = &examples.shape;
    if found != &known.shape && found[..] != [known.features()] {
        return Err(wrong(format!("examples of {found:?}, where the run's network takes {:?}", known.shape)));
    }
    if let Some(doubt) = known.doubt(&examples.inputs) {
        log::warn!("{}: {doubt}", examples.origin.file);
    }
    examples.shape.clone_from(&known.shape);
    let origin = &examples.origin;
    match (&mut examples.targets, &known.targets) {
        (Targets::Classes { labels, count, names }, Predicted::Classes { count: classes, names: known }) => {
            let own = names.take().unwrap_or_else(|| numbers(*count));
            let known_names = known.clone().unwrap_or_else(|| numbers(*classes));
            let place = |name: &String| known_names.iter().position(|known| known == name);
            let places: Vec<Option<usize>> = own.iter().map(place).collect();
            for (at, label) in labels.iter_mut().enumerate() {
                let name = &own[*label as usize];
                let Some(place) = places[*label as usize] else {
                    let help = suggestion(name, &known_names);
                    return Err(origin.error(at, format!("`{name}` is none of the run's {classes} classes; {help}")));
                };
                *label = place as u32;
            }
            (*count, *names) = (*classes, known.clone());
            Ok(())
        }
        (Targets::Values { width, .. }, Predicted::Values { width: wanted }) if width == wanted => Ok(()),
        (Targets::Values { width, .. }, Predicted::Values { width: wanted }) => {
            Err(wrong(format!("{width} numbers a target, where the run's network predicts {wanted}")))
        }
        // Two classes may have been words before and be numbers here.
        (Targets::Values { .. }, Predicted::Classes { names, .. }) => {
            let names = names.clone().unwrap_or_default().join(", ");
            Err(wrong(format!("numbers as targets, where the run predicts classes: {names}")))
        }
        (Targets::Classes { .. }, Predicted::Values { .. }) => {
            Err(wrong("classes as targets, where the run predicts numbers".to_string()))
        }
    }
}

impl Signature {
    /// Why inputs may be on another scale than those that a run was trained on.
    pub(super) fn doubt(&self, inputs: &Inputs) -> Option<String> {
        match (self.maximum, inputs) {
            (Some(maximum), Inputs::Floats(values)) if !values.is_empty() => {
                let (low, high) = values.iter().fold((f32::MAX, f32::MIN), |(l, h), &x| (l.min(x), h.max(x)));
                let other = if low < 0.0 || high > maximum {
                    format!("numbers from {low} to {high}")
                } else if high <= 1.0 && high > 0.0 && maximum > 1.0 {
                    format!("no number is above {high}")
                } else {
                    return None;
                };
                Some(format!(
                    "{other}, where the run was trained on pixels from 0 to {maximum}, and scales them itself"
                ))
            }
            (None, Inputs::Bytes { .. }) => {
                Some("pixels from 0 to 255, where the run was trained on other numbers".to_string())
            }
            _ => None,
        }
    }
}
