//! Examples for a trained network, from whatever file a user has; what a file is, its first bytes tell.

use std::path::Path;

use super::again::adapt;
use super::dataset::{Inputs, Origin, Targets};
use super::error::DataError;
use super::signature::{Predicted, Signature};
use super::source::Request;
use super::{csv, files, gzip, idx, images, npy};
use crate::config::DataConfig;

/// Examples without targets.
#[derive(Clone, Debug, PartialEq)]
pub struct Unseen {
    /// The file's name of each picture, the number from 0 of any other example.
    pub names: Vec<String>,
    /// The inputs of all.
    pub inputs: Inputs,
    /// The targets, where they are wanted.
    pub targets: Option<Targets>,
    /// Where they are from.
    pub origin: Origin,
}

/// How files begin that say what they are; those of IDX have two zeros, a type and their dimensions.
const PNG: &[u8] = b"\x89PNG";
const JPEG: &[u8] = &[0xff, 0xd8, 0xff];
const NPY: &[u8] = b"\x93NUMPY";
const ZIP: &[u8] = b"PK";

/// Reads CSV, NumPy's arrays, IDX, a picture, or a folder of pictures, as the run's own config says that
/// they are to be read; with their targets, which only CSV has, where they are wanted.
///
/// # Errors
/// Files that cannot be read, and examples of another shape than the network's.
pub fn unseen(path: &Path, config: &DataConfig, signature: &Signature, labelled: bool) -> Result<Unseen, DataError> {
    let unseen = read(path, config, signature, labelled)?;
    if labelled && unseen.targets.is_none() {
        let message = "targets beside examples are read from CSV alone: evaluate with --set data.path scores others";
        return Err(DataError::new(unseen.origin.file, message));
    }
    Ok(unseen)
}

fn read(path: &Path, config: &DataConfig, signature: &Signature, labelled: bool) -> Result<Unseen, DataError> {
    if path.is_dir() {
        return pictures(path, config, signature);
    }
    let (file, bytes) = (path.display().to_string(), files::read_within(path, config.largest)?);
    let begins = |magic: &[u8]| bytes.starts_with(magic);
    if begins(PNG) || begins(JPEG) {
        return pictures(path, config, signature);
    }
    let shape = &signature.shape[..];
    let mut targets = None;
    let mut origin = Origin { file: file.clone(), ..Origin::default() };
    let inputs = if begins(NPY) || begins(ZIP) {
        npy::unlabelled(path, bytes, config, shape)?
    } else if let [0, 0, _, dimensions] = gzip::start(&file, &bytes, 4)?[..] {
        let values = idx::unlabelled(&file, &bytes, dimensions, shape, config.largest)?;
        Inputs::Bytes { values, maximum: u8::MAX.into() }
    } else if labelled {
        let categorical = matches!(signature.targets, Predicted::Classes { .. });
        let request = Request { config, categorical, seed: 0, known: Some(signature) };
        let mut examples = csv::parse(&file, &bytes, &request)?;
        adapt(signature, &mut examples)?;
        (origin, targets) = (examples.origin, Some(examples.targets));
        examples.inputs
    } else {
        let (values, from) = csv::unlabelled(&file, &bytes, config, signature)?;
        origin = from;
        Inputs::Floats(values)
    };
    if let (Some(doubt), None) = (signature.doubt(&inputs), &targets) {
        log::warn!("{file}: {doubt}");
    }
    let examples = inputs.len() / signature.features();
    if u32::try_from(examples).is_err() {
        return Err(DataError::new(file, format!("{examples} examples are more than 32 bits can number")));
    }
    Ok(Unseen { names: (0..examples).map(|example| example.to_string()).collect(), inputs, targets, origin })
}

/// Pictures, whose pixels reach up to 255: where the network's reach elsewhere, white is white there.
fn pictures(path: &Path, config: &DataConfig, signature: &Signature) -> Result<Unseen, DataError> {
    let (names, values) = images::unlabelled(path, config, &signature.shape)?;
    let white = f32::from(u8::MAX);
    let inputs = match signature.maximum {
        Some(maximum) if maximum != white => {
            Inputs::Floats(values.into_iter().map(|value| f32::from(value) * maximum / white).collect())
        }
        _ => Inputs::Bytes { values, maximum: white },
    };
    Ok(Unseen {
        names,
        inputs,
        targets: None,
        origin: Origin { file: path.display().to_string(), ..Origin::default() },
    })
}

#[cfg(test)]
mod tests;
