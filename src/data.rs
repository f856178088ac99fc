//! Data: one source, one file; then splits, wrong labels on purpose, and scales.
//!
//! Files are read in `files` alone; parsers take bytes.

mod cifar;
mod csv;
mod dataset;
mod digits;
mod error;
mod files;
#[doc(hidden)]
pub mod fuzzing;
mod gzip;
mod idx;
mod images;
mod normalize;
mod npy;
mod signature;
mod source;
mod split;
mod unseen;

pub use dataset::{Dataset, Inputs, Normalization, Targets};
pub use error::DataError;
pub use signature::{Predicted, Signature};
pub use source::{Examples, Request, Source};
pub use split::epoch_order;
pub use unseen::{Unseen, unseen};

pub(crate) use images::RULES as PICTURES;

use crate::config::suggestion;
use crate::config::{Augment, DataConfig, Normalize};

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
];

/// Loads, splits and, where the config wants it, mislabels a data set.
///
/// `loss_is_categorical` decides what the numbers of a table's target column are: classes or
/// values.
pub fn load(config: &DataConfig, loss_is_categorical: bool, seed: u64) -> Result<Dataset, DataError> {
    let name = config.source.as_str();
    let Some(source) = ALL.iter().find(|source| source.name == name) else {
        let names: Vec<&str> = ALL.iter().map(|source| source.name).collect();
        let help = suggestion(name, &names);
        return Err(DataError::new(name, format!("unknown source; {help}")));
    };
    let request = Request { config, categorical: loss_is_categorical, seed };
    let examples = (source.load)(&request)?;
    let count = examples.targets.len();
    if u32::try_from(count).is_err() {
        let message = format!("{count} examples are more than 32 bits can number");
        return Err(DataError::new(name, message));
    }
    if examples.inputs.are_all_the_same(count) {
        log::warn!("{name}: the inputs of all {count} examples are the same: there is nothing to learn from");
    }
    let rule = split::Rule {
        examples: count,
        given_test: examples.test,
        test: config.test,
        dev: config.dev,
        train_limit: config.train_limit,
    };
    let splits = split::split(name, &rule, seed)?;
    let mut targets = examples.targets;
    if config.label_noise > 0.0 {
        match &mut targets {
            Targets::Classes { labels, count, .. } if *count > 1 => {
                split::disturb(labels, *count, &splits.train, config.label_noise, seed);
            }
            _ => {
                let message = "data.label_noise needs targets of at least two classes";
                return Err(DataError::new(name, message));
            }
        }
    }
    if let Some(augment) = config.augment {
        check_pictures(name, &examples.shape, &examples.inputs, &augment)?;
    }
    let given = config.mean.as_ref().zip(config.deviation.as_ref());
    // A given mean is that of pixels from 0 to 1.
    let how = if given.is_some() { Normalize::Unit } else { config.normalize };
    let mut normalization = normalize::normalization(name, how, &examples.shape, &examples.inputs, &splits.train)?;
    if let Some((mean, deviation)) = given {
        normalize::standardise(name, &mut normalization, mean, deviation)?;
    }
    let split::Splits { train, dev, test } = splits;
    let (name, shape, inputs) = (name.to_string(), examples.shape, examples.inputs);
    Ok(Dataset { name, shape, inputs, targets, train, dev, test, normalization }.compact())
}

/// Only pictures of bytes can be augmented, and some of each must be left to see.
fn check_pictures(name: &str, shape: &[usize], inputs: &Inputs, augment: &Augment) -> Result<(), DataError> {
    let (Inputs::Bytes { .. }, &[_, height, width]) = (inputs, shape) else {
        return Err(DataError::new(name, "data.augment is for pictures of [channels, height, width] bytes"));
    };
    if augment.crop >= height.min(width) {
        let message = format!("data.augment.crop = {} would lose whole pictures of {height}×{width}", augment.crop);
        return Err(DataError::new(name, message));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
