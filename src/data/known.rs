//! What is known of a data set before it is read, or where it is not there at all: from its source, or
//! from the config's `data.shape` and `data.classes`.

use super::dataset::{Dataset, Inputs, Origin, Targets};
use super::error::DataError;
use super::features::FeatureMap;
use super::signature::Predicted;
use super::source::{Known, Source};
use super::{check_pictures, normalize, split};
use crate::config::{DataConfig, Normalize};

/// A data set without its examples: its shape, what is to be predicted, and who would be in which split.
#[derive(Clone, Debug)]
pub struct Outline {
    /// Splits of examples that are not there.
    pub dataset: Dataset,
    /// Whether the examples were counted; else a batch of them stands for all.
    pub counted: bool,
}

/// Examples that stand for a data set of unknown size, at most.
const STAND_IN: usize = 1 << 20;

/// The shape of an example as a network sees it, if it is known without the data.
pub fn shape(config: &DataConfig) -> Option<Vec<usize>> {
    let raw = raw(config)?;
    let map = config.features.and_then(|features| FeatureMap::of(features, &raw, 0).ok());
    Some(map.map_or(raw, |map| vec![map.width()]))
}

/// The same in its file.
fn raw(config: &DataConfig) -> Option<Vec<usize>> {
    let source = Source::named(&config.source)?;
    let known = (source.known)(config).map(|known| known.shape);
    let resized = || match (config.grayscale, config.resize) {
        (Some(grayscale), Some([height, width])) if source.keys.contains(&"resize") => {
            Some(vec![if grayscale { 1 } else { 3 }, height, width])
        }
        _ => None,
    };
    config.shape.clone().or(known).or_else(resized)
}

/// The outline of a config's data, if its shape is known. `outputs` are those of the network, for
/// targets of which nothing is known; `batch` examples stand for all where nobody knows how many there are.
///
/// # Errors
/// What the config wants of such data and cannot have, such as more held-out examples than there are.
pub fn outline(
    config: &DataConfig,
    categorical: bool,
    seed: u64,
    outputs: usize,
    batch: usize,
) -> Result<Option<Outline>, DataError> {
    let (Some(shape), Some(own)) = (shape(config), raw(config)) else { return Ok(None) };
    let setting = |what: String| DataError::setting(config, "features", what);
    let (name, source) = (config.source.clone(), Source::named(&config.source));
    let known = source.and_then(|source| (source.known)(config));
    let pictures = source.and_then(|source| source.pictures).unwrap_or(shape.len() == 3);
    let inputs = match pictures {
        true => Inputs::Bytes { values: vec![], maximum: 255.0 },
        false => Inputs::Floats(vec![]),
    };
    let targets = match (config.classes, known.as_ref().map(|known| &known.targets)) {
        (Some(count), _) | (None, Some(&Predicted::Classes { count, .. })) => Some(count),
        (None, Some(Predicted::Values { .. })) => None,
        (None, None) => categorical.then_some(outputs),
    };
    let targets = match targets {
        Some(count) => Targets::Classes { labels: vec![], count, names: None },
        None => Targets::Values { values: vec![], width: values(known.as_ref()).unwrap_or(outputs) },
    };
    if let Some(augment) = config.augment {
        check_pictures(config, &shape, &inputs, &augment)?;
    }
    let mut normalization = normalize::normalization(&name, Normalize::None, &shape, &inputs, &[])?;
    if let Some((mean, deviation)) = config.mean.as_ref().zip(config.deviation.as_ref()) {
        normalize::standardise(&config.places.place("data", "mean").to_string(), &mut normalization, mean, deviation)?;
    }
    let splits = match &known {
        Some(known) => split::split(
            |set| config.places.place("data", set).to_string(),
            &split::rule(config, known.examples, known.test),
            seed,
        )?,
        None => {
            let train = (0..batch.clamp(1, STAND_IN) as u32).collect();
            split::Splits { train, dev: vec![], test: vec![] }
        }
    };
    let split::Splits { train, dev, test } = splits;
    let map = config.features.map(|features| FeatureMap::of(features, &own, seed)).transpose();
    let origin = Origin { map: map.map_err(setting)?, ..Origin::default() };
    let dataset = Dataset { name, shape, inputs, targets, train, dev, test, normalization, origin };
    Ok(Some(Outline { dataset, counted: known.is_some() }))
}

/// How many numbers are to be predicted of an example, where that is known.
fn values(known: Option<&Known>) -> Option<usize> {
    match known?.targets {
        Predicted::Values { width } => Some(width),
        Predicted::Classes { .. } => None,
    }
}
