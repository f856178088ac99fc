//! Every parser of data over bytes in memory, for the mutators of tests/fuzz.rs: nothing else has a use for it.

use std::path::Path;

use super::error::DataError;
use super::source::Request;
use super::{cifar, csv, idx, images, npy, signature};
use crate::config::DataConfig;

/// A parser: whether the bytes are data, for a section `[data]`.
pub type Parser = fn(&[u8], &DataConfig) -> Result<(), DataError>;

const FILE: &str = "fuzz";

/// A table, with its target and without.
pub fn csv(bytes: &[u8], config: &DataConfig) -> Result<(), DataError> {
    let values = csv::parse(FILE, bytes, &Request { config, categorical: false, seed: 0 });
    let classes = csv::parse(FILE, bytes, &Request { config, categorical: true, seed: 0 });
    csv::unlabelled(FILE, bytes, config, &[2]).map(drop).or(values.map(drop)).or(classes.map(drop))
}

/// Labels or pictures of IDX.
pub fn idx(bytes: &[u8], config: &DataConfig) -> Result<(), DataError> {
    let labels = idx::parse(FILE, bytes, 1, config.largest).map(drop);
    let pictures = idx::unlabelled(FILE, bytes, 3, &[1, 2, 2], config.largest).map(drop);
    labels.or(pictures).or(idx::parse(FILE, bytes, bytes.first().copied().unwrap_or(0), config.largest).map(drop))
}

/// One array.
pub fn npy(bytes: &[u8], config: &DataConfig) -> Result<(), DataError> {
    // Without its mark it would be taken for an archive.
    let marked = [npy::MAGIC, bytes.get(npy::MAGIC.len()..).unwrap_or_default()].concat();
    npy::unlabelled(Path::new(FILE), marked, config, &[3, 2, 2]).map(drop)
}

/// An archive with examples, and with targets of either kind.
pub fn npz(bytes: &[u8], config: &DataConfig) -> Result<(), DataError> {
    let read = |categorical| {
        npy::archived(Path::new(FILE), bytes.to_vec(), &Request { config, categorical, seed: 0 }).map(drop)
    };
    read(true).or(read(false))
}

/// CIFAR's files: the binary version's, and pickles of pictures and of names.
pub fn cifar(bytes: &[u8], _: &DataConfig) -> Result<(), DataError> {
    cifar::fuzz(FILE, bytes)
}

/// A picture in its own size and colours.
pub fn picture(bytes: &[u8], config: &DataConfig) -> Result<(), DataError> {
    images::fuzz(FILE, bytes, config)
}

/// What a run knows of its data.
pub fn signature(bytes: &[u8], _: &DataConfig) -> Result<(), DataError> {
    let signature = signature::Signature::from_json(FILE, bytes)?;
    signature.dataset(super::Inputs::Floats(vec![]));
    Ok(())
}
