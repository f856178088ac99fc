//! What is known of a data set before it is read, or where it is not there at all: from its source, or
//! from the config's `data.shape` and `data.classes`.

use super::dataset::{Dataset, Inputs, Origin, Targets};
use super::error::DataError;
use super::{ALL, check_pictures, normalize, split};
use crate::config::{DataConfig, Normalize};

/// A data set without its examples: its shape, what is to be predicted, and who would be in which split.
#[derive(Clone, Debug)]
pub struct Outline {
    /// Splits of examples that are not there.
    pub dataset: Dataset,
    /// Whether the examples were counted; else a batch of them stands for all.
    pub counted: bool,
}

/// A source whose files are always the same.
struct Known {
    source: &'static str,
    shape: [usize; 3],
    classes: usize,
    examples: usize,
    /// Those of the examples that are its own test set.
    test: Option<usize>,
}

const KNOWN: &[Known] = &[
    Known { source: "digits", shape: [1, 8, 8], classes: 10, examples: 1797, test: None },
    Known { source: "fashion-mnist", shape: [1, 28, 28], classes: 10, examples: 70_000, test: Some(10_000) },
    Known { source: "cifar10", shape: [3, 32, 32], classes: 10, examples: 60_000, test: Some(10_000) },
    Known { source: "cifar100", shape: [3, 32, 32], classes: 100, examples: 60_000, test: Some(10_000) },
];

/// Examples that stand for a data set of unknown size, at most.
const STAND_IN: usize = 1 << 20;

/// The shape of an example, if it is known without the data.
pub fn shape(config: &DataConfig) -> Option<Vec<usize>> {
    let pictures = || match (config.source.as_str(), config.grayscale, config.resize) {
        ("images", Some(grayscale), Some([height, width])) => Some(vec![if grayscale { 1 } else { 3 }, height, width]),
        _ => None,
    };
    config.shape.clone().or_else(|| known(config).map(|known| known.shape.to_vec())).or_else(pictures)
}

fn known(config: &DataConfig) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.source == config.source)
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
    let (name, known) = (config.source.clone(), known(config));
    let source = ALL.iter().find(|source| source.name == name);
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
