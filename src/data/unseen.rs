//! Examples for a trained network, from whatever file a user has; what a file is, its first bytes tell.

use std::path::Path;

use super::dataset::Inputs;
use super::error::DataError;
use super::signature::Signature;
use super::{csv, files, gzip, idx, images, npy};
use crate::config::DataConfig;

/// Examples without targets.
#[derive(Clone, Debug, PartialEq)]
pub struct Unseen {
    /// The file's name of each picture, the number from 0 of any other example.
    pub names: Vec<String>,
    /// The inputs of all.
    pub inputs: Inputs,
}

/// How files begin that say what they are; those of IDX have two zeros, a type and their dimensions.
const PNG: &[u8] = b"\x89PNG";
const JPEG: &[u8] = &[0xff, 0xd8, 0xff];
const NPY: &[u8] = b"\x93NUMPY";
const ZIP: &[u8] = b"PK";

/// Reads CSV, NumPy's arrays, IDX, a picture, or a folder of pictures, as the run's own config says that
/// they are to be read.
///
/// # Errors
/// Files that cannot be read, and examples of another shape than the network's.
pub fn unseen(path: &Path, config: &DataConfig, signature: &Signature) -> Result<Unseen, DataError> {
    if path.is_dir() {
        return pictures(path, config, signature);
    }
    let (file, bytes) = (path.display().to_string(), files::read_within(path, config.largest)?);
    let begins = |magic: &[u8]| bytes.starts_with(magic);
    if begins(PNG) || begins(JPEG) {
        return pictures(path, config, signature);
    }
    let shape = &signature.shape[..];
    let inputs = if begins(NPY) || begins(ZIP) {
        npy::unlabelled(path, bytes, config, shape)?
    } else if let [0, 0, _, dimensions] = gzip::start(&file, &bytes, 4)?[..] {
        let values = idx::unlabelled(&file, &bytes, dimensions, shape, config.largest)?;
        Inputs::Bytes { values, maximum: u8::MAX.into() }
    } else {
        Inputs::Floats(csv::unlabelled(&file, &bytes, config, shape)?)
    };
    let examples = inputs.len() / signature.features();
    if u32::try_from(examples).is_err() {
        return Err(DataError::new(file, format!("{examples} examples are more than 32 bits can number")));
    }
    Ok(Unseen { names: (0..examples).map(|example| example.to_string()).collect(), inputs })
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
    Ok(Unseen { names, inputs })
}

#[cfg(test)]
mod tests;
