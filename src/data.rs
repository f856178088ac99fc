//! Data: one source, one file; then splits, wrong labels on purpose, and scales.
//!
//! Files are read in `files` alone; parsers take bytes.

mod again;
mod check;
mod cifar;
mod csv;
mod dataset;
mod digits;
mod error;
mod features;
mod files;
mod fingerprint;
#[doc(hidden)]
pub mod fuzzing;
mod gzip;
mod idx;
mod images;
mod known;
mod made;
mod memory;
mod normalize;
mod npy;
mod signature;
mod source;
mod split;
mod unseen;

pub(crate) use again::load_again;
pub use check::{check, check_words, settled};
pub use dataset::{Dataset, Inputs, Normalization, Origin, Targets};
pub use error::DataError;
pub use features::FeatureMap;
pub(crate) use features::MAPS;
pub(crate) use fingerprint::Kin;
pub(crate) use known::{outline, shape};
pub(crate) use made::settle;
pub use made::{Draw, Made, Wanted};
pub use signature::{Fingerprint, Predicted, Signature, Table};
pub use source::{Examples, Known, Request, Source};
pub(crate) use split::independent_order;
pub use split::{Splits, epoch_order};
pub(crate) use unseen::{Unseen, unseen};

pub(crate) use files::read as read_file;
pub(crate) use images::RULES as PICTURES;

use crate::config::suggestion;
use crate::config::{Augment, DataConfig, LARGEST_SIDE, Normalize, Part};

/// Every source, the simplest first. Configs and the help know them from here.
pub const ALL: &[Source] = &[
    digits::DIGITS,
    idx::FASHION_MNIST,
    idx::IDX,
    cifar::CIFAR10,
    cifar::CIFAR100,
    images::IMAGES,
    csv::CSV,
    npy::NPY,
    made::polynomial::POLYNOMIAL,
    made::sine::SINE,
    made::clusters::CLUSTERS,
    made::moons::MOONS,
    made::spiral::SPIRAL,
    made::circles::CIRCLES,
];

/// Loads, splits and, where the config wants it, mislabels a data set.
///
/// `loss_is_categorical` decides what the numbers of a table's target column are: classes or
/// values.
pub fn load(config: &DataConfig, loss_is_categorical: bool, seed: u64) -> Result<Dataset, DataError> {
    let request = Request { config, categorical: loss_is_categorical, seed, known: None };
    let examples = read(&request)?;
    let hash = fingerprint::examples_hash(&examples, examples.targets.len());
    let examples = features::map(&request, examples)?;
    let splits = divide(&request, &examples)?;
    let normalization = scale(config, &examples, &splits.train)?;
    finish(&request, examples, splits, normalization, hash)
}

/// Reads the examples of a source, and sees to it that they know where they are from.
fn read(request: &Request<'_>) -> Result<Examples, DataError> {
    let config = request.config;
    let name = config.source.as_str();
    let Some(source) = Source::named(name) else {
        let names: Vec<&str> = ALL.iter().map(|source| source.name).collect();
        let help = suggestion(name, &names);
        return Err(DataError::new(name, format!("unknown source; {help}")));
    };
    let mut examples = (source.load)(request)?;
    if examples.origin.file.is_empty() {
        examples.origin.file = if config.path.is_empty() { name } else { &config.path }.to_string();
    }
    let count = examples.targets.len();
    if u32::try_from(count).is_err() {
        let message = format!("{count} examples are more than 32 bits can number");
        return Err(DataError::new(name, message));
    }
    check_shape(config, &examples)?;
    if examples.inputs.are_all_the_same(count) {
        log::warn!("{name}: the inputs of all {count} examples are the same: there is nothing to learn from");
    }
    match (&mut examples.targets, config.classes) {
        (Targets::Classes { count, names: Some(names), .. }, Some(wanted)) if wanted != *count => {
            let message = format!("data.classes = {wanted}, where there are {count}: {}", names.join(", "));
            Err(DataError::new(examples.origin.file, message))
        }
        (Targets::Classes { count, names, .. }, Some(wanted)) => {
            (*count, *names) = (wanted, names.take().or_else(|| Some(dataset::numbers(wanted))));
            Ok(examples)
        }
        _ => Ok(examples),
    }
}

/// Who trains, who chooses, who tests.
fn divide(request: &Request<'_>, examples: &Examples) -> Result<split::Splits, DataError> {
    let config = request.config;
    let rule = split::rule(config, examples.targets.len(), examples.test);
    split::split(|set| config.places.place("data", set).to_string(), &rule, request.seed)
}

/// How inputs are to be scaled, as the training examples have it.
fn scale(config: &DataConfig, examples: &Examples, train: &[u32]) -> Result<Normalization, DataError> {
    let name = config.source.as_str();
    let given = config.mean.as_ref().zip(config.deviation.as_ref());
    // A given mean is that of pixels from 0 to 1.
    let how = if given.is_some() { Normalize::Unit } else { config.normalize };
    let mut normalization = normalize::normalization(name, how, &examples.shape, &examples.inputs, train)?;
    if let Some((mean, deviation)) = given {
        normalize::standardise(&config.places.place("data", "mean").to_string(), &mut normalization, mean, deviation)?;
    }
    Ok(normalization)
}

/// Mislabels where that is wanted, and puts everything together; `hash` is that of the examples.
fn finish(
    request: &Request<'_>,
    examples: Examples,
    splits: split::Splits,
    normalization: Normalization,
    hash: u32,
) -> Result<Dataset, DataError> {
    let (config, name) = (request.config, request.config.source.as_str());
    let Examples { shape, inputs, mut targets, mut origin, .. } = examples;
    origin.fingerprint = Some(Fingerprint {
        examples: targets.len(),
        hash,
        splits: [splits.train.len(), splits.dev.len(), splits.test.len()],
        splits_hash: fingerprint::splits_hash(&splits),
    });
    if config.label_noise > 0.0 {
        mislabel(request, &mut targets, &splits)?;
    }
    if let Some(augment) = config.augment {
        check_pictures(config, &shape, &inputs, &augment)?;
    }
    let split::Splits { train, dev, test } = splits;
    Ok(Dataset { name: name.to_string(), shape, inputs, targets, train, dev, test, normalization, origin }.compact())
}

/// Puts wrong labels where the config wants them.
fn mislabel(request: &Request<'_>, targets: &mut Targets, splits: &split::Splits) -> Result<(), DataError> {
    let config = request.config;
    let Targets::Classes { labels, count: count @ 2.., .. } = targets else {
        let message = "data.label_noise needs targets of at least two classes";
        return Err(DataError::setting(config, "label_noise", message));
    };
    for &part in &config.label_noise_in {
        let examples = match part {
            Part::Train => &splits.train,
            Part::Dev => &splits.dev,
            Part::Test => &splits.test,
        };
        if examples.is_empty() {
            let message = format!("labels of `{}` are to be wrong, but no example is in it", part.name());
            return Err(DataError::setting(config, "label_noise_in", message));
        }
        split::disturb(labels, *count, (part, examples), config.label_noise, request.seed);
    }
    Ok(())
}

/// A shape or number of classes that the config gives is that of the data.
fn check_shape(config: &DataConfig, examples: &Examples) -> Result<(), DataError> {
    if let Some(shape) = config.shape.as_ref().filter(|shape| **shape != examples.shape) {
        let message = format!("data.shape is {shape:?}, but the examples are {:?}", examples.shape);
        return Err(DataError::setting(config, "shape", message));
    }
    Ok(())
}

/// Only pictures of bytes can be augmented, and some of each must be left to see.
fn check_pictures(config: &DataConfig, shape: &[usize], inputs: &Inputs, augment: &Augment) -> Result<(), DataError> {
    let wrong = |message| DataError::setting(config, "augment", message);
    augmentable(shape, inputs, augment).map_err(wrong)
}

/// The same, wherever the settings are from.
pub(crate) fn augmentable(shape: &[usize], inputs: &Inputs, augment: &Augment) -> Result<(), String> {
    let (Inputs::Bytes { .. }, &[_, height, width]) = (inputs, shape) else {
        return Err("data.augment is for pictures of [channels, height, width] bytes".into());
    };
    if augment.crop >= height.min(width) {
        return Err(format!("data.augment.crop = {} would lose whole pictures of {height}×{width}", augment.crop));
    }
    if augment.cutout > LARGEST_SIDE {
        return Err(format!("data.augment.cutout = {} is beyond {}", augment.cutout, LARGEST_SIDE));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
