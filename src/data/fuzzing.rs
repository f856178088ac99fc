//! Every parser of data over bytes in memory, for the mutators of tests/fuzz: nothing else has a use for it.

use std::path::Path;

use super::dataset::{Inputs, Normalization, Origin, Targets};
use super::error::DataError;
use super::source::{Examples, Request};
use super::{cifar, csv, idx, images, npy, signature};
use crate::config::DataConfig;

/// A parser: whether the bytes are data, for a section `[data]`.
pub type Parser = fn(&[u8], &DataConfig) -> Result<(), DataError>;

const FILE: &str = "fuzz";

/// What is asked of a source.
fn request(config: &DataConfig, categorical: bool) -> Request<'_> {
    Request { config, categorical, seed: 0, known: None }
}

/// A table, with targets of either kind, and once more as examples for the network that would be trained on it.
pub fn csv(bytes: &[u8], config: &DataConfig) -> Result<(), DataError> {
    for categorical in [true, false] {
        let examples = csv::parse(FILE, bytes, &request(config, categorical));
        if let Ok(Examples { shape, inputs, targets, origin, .. }) = examples {
            let signature = signature::Signature {
                name: FILE.into(),
                normalization: Normalization { scale: vec![1.0], offset: vec![0.0], plane: 1 },
                maximum: None,
                targets: match &targets {
                    Targets::Classes { count, names, .. } => {
                        signature::Predicted::Classes { count: *count, names: names.clone() }
                    }
                    Targets::Values { width, .. } => signature::Predicted::Values { width: *width },
                },
                table: origin.table,
                map: None,
                fingerprint: None,
                shape,
            };
            let (again, _) = csv::unlabelled(FILE, bytes, config, &signature)?;
            assert_eq!(Inputs::Floats(again), inputs, "the same file is the same examples");
            return Ok(());
        }
    }
    csv::parse(FILE, bytes, &request(config, false)).map(drop)
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
    let read = |categorical| npy::archived(Path::new(FILE), bytes.to_vec(), &request(config, categorical)).map(drop);
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

/// What a run knows of its data, and what is made of it at once.
pub fn signature(bytes: &[u8], config: &DataConfig) -> Result<(), DataError> {
    let signature = signature::Signature::from_json(FILE, bytes)?;
    Request { known: Some(&signature), ..request(config, true) }.classes();
    let _ = signature.dataset(Inputs::Floats(vec![]), Origin::default());
    Ok(())
}
