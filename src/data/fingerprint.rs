//! Telling examples from others: hashes of what was read, not of files, which may be packed or lie elsewhere.

use crc32fast::Hasher;

use super::dataset::{Inputs, Targets};
use super::signature::Fingerprint;
use super::source::Examples;
use super::split::Splits;

/// How examples relate to those that a run was trained on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kin {
    /// They are those, as far as the run can know.
    Same,
    /// They are those, with others behind them, which are left out.
    Grown {
        /// How many more.
        more: usize,
    },
    /// They are others.
    Other,
}

impl Kin {
    /// Compares examples with a run's; a run of old can't know.
    pub(super) fn of(examples: &Examples, known: Option<&Fingerprint>) -> Kin {
        let Some(known) = known else { return Kin::Same };
        let count = examples.targets.len();
        let begins_so = || examples_hash(examples, known.examples) == known.hash;
        match count {
            _ if count == known.examples && begins_so() => Kin::Same,
            // A test set of its own is behind all others.
            _ if count > known.examples && examples.test.is_none() && begins_so() => {
                Kin::Grown { more: count - known.examples }
            }
            _ => Kin::Other,
        }
    }
}

/// Of the first so many examples, as they were read.
pub(super) fn examples_hash(examples: &Examples, count: usize) -> u32 {
    let features: usize = examples.shape.iter().product();
    let mut hasher = Hasher::new();
    match &examples.inputs {
        Inputs::Bytes { values, .. } => hasher.update(&values[..count * features]),
        Inputs::Floats(values) => hasher.update(bytemuck::cast_slice(&values[..count * features])),
    }
    match &examples.targets {
        // Words by themselves: others of them may number those that are here in another way.
        Targets::Classes { labels, names: Some(names), .. } => {
            labels[..count].iter().for_each(|&label| hasher.update(names[label as usize].as_bytes()));
        }
        Targets::Classes { labels, .. } => hasher.update(bytemuck::cast_slice(&labels[..count])),
        Targets::Values { values, width } => hasher.update(bytemuck::cast_slice(&values[..count * width])),
    }
    hasher.finalize()
}

/// Of which example is in which split.
pub(super) fn splits_hash(splits: &Splits) -> u32 {
    let mut hasher = Hasher::new();
    for split in [&splits.train, &splits.dev, &splits.test] {
        hasher.update(&(split.len() as u64).to_le_bytes());
        hasher.update(bytemuck::cast_slice(split));
    }
    hasher.finalize()
}
