//! What is known of a data set before it is read, or where it is not there at all: from its source, or
//! from the config's `data.shape` and `data.classes`.

use super::dataset::{Dataset, Inputs, Origin, Targets};
use super::error::DataError;
use super::source::Source;
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

/// The shape of an example, if it is known without the data.
pub fn shape(config: &DataConfig) -> Option<Vec<usize>> {
    let source = Source::named(&config.source)?;
    let known = source.known.as_ref().map(|known| known.shape.to_vec());
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
    let Some(shape) = shape(config) else { return Ok(None) };
    let (name, source) = (config.source.clone(), Source::named(&config.source));
    let known = source.and_then(|source| source.known.as_ref());
    let pictures = source.and_then(|source| source.pictures).unwrap_or(shape.len() == 3);
    let inputs = match pictures {
        true => Inputs::Bytes { values: vec![], maximum: 255.0 },
        false => Inputs::Floats(vec![]),
    };
    let classes = config.classes.or(known.map(|known| known.classes));
    let targets = match classes.or(categorical.then_some(outputs)) {
        Some(count) => Targets::Classes { labels: vec![], count, names: None },
        None => Targets::Values { values: vec![], width: outputs },
    };
    if let Some(augment) = config.augment {
        check_pictures(config, &shape, &inputs, &augment)?;
    }
    let mut normalization = normalize::normalization(&name, Normalize::None, &shape, &inputs, &[])?;
    if let Some((mean, deviation)) = config.mean.as_ref().zip(config.deviation.as_ref()) {
        normalize::standardise(&config.places.place("data", "mean").to_string(), &mut normalization, mean, deviation)?;
    }
    let splits = match known {
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
    let dataset = Dataset { name, shape, inputs, targets, train, dev, test, normalization, origin: Origin::default() };
    Ok(Some(Outline { dataset, counted: known.is_some() }))
}
