//! The checkpoints of a run directory: what is in which file, and the newest that is whole.

use std::path::{Path, PathBuf};

use super::RunDirectory;
use crate::{
    data,
    plan::Plan,
    train::{Error, Snapshot, WeightsError, is_sealed, write_average, write_weights},
};

const NEWEST: &str = "checkpoints/resume.safetensors";
const BEFORE: &str = "checkpoints/resume-previous.safetensors";
/// The weights of the last checkpoint.
pub const LAST: &str = "checkpoints/last.safetensors";
const AVERAGE: &str = "checkpoints/ema.safetensors";
const BEST: &str = "checkpoints/best.safetensors";

/// Writes a checkpoint. The one before is kept beside it, unless that is known to be damaged.
///
/// # Errors
/// What the system says; the checkpoint before is then still there, whole.
pub fn save(directory: &RunDirectory, plan: &Plan, snapshot: &Snapshot, keep_before: bool) -> Result<(), Error> {
    directory.stage(NEWEST, &snapshot.to_bytes(plan))?;
    directory.stage(LAST, &write_weights(plan, snapshot))?;
    let average = write_average(plan, snapshot);
    if let Some(average) = &average {
        directory.stage(AVERAGE, average)?;
    }
    if keep_before && directory.file(NEWEST).is_file() {
        directory.rename(NEWEST, BEFORE)?;
    }
    // First that which the others can be made of again.
    directory.publish(NEWEST)?;
    directory.publish(LAST)?;
    if average.is_some() {
        directory.publish(AVERAGE)?;
    }
    directory.settle(LAST)
}

/// Writes the weights of a checkpoint anew where their own files are not what they were to be.
///
/// # Errors
/// What the system says.
pub fn heal(directory: &RunDirectory, plan: &Plan, snapshot: &Snapshot) -> Result<(), Error> {
    let files = [(LAST, Some(write_weights(plan, snapshot))), (AVERAGE, write_average(plan, snapshot))];
    for (name, bytes) in files {
        let Some(bytes) = bytes else { continue };
        if std::fs::read(directory.file(name)).ok().as_ref() != Some(&bytes) {
            directory.write(name, &bytes)?;
        }
    }
    Ok(())
}

/// Writes the best weights: those that were evaluated.
///
/// # Errors
/// What the system says; the best before are then still there.
pub fn save_best(directory: &RunDirectory, weights: &[u8]) -> Result<(), Error> {
    directory.write(BEST, weights)
}

/// Keeps an epoch's weights beside those of so many epochs in all, the last ones.
///
/// # Errors
/// What the system says.
pub fn keep(directory: &RunDirectory, weights: &[u8], epoch: usize, all: usize) -> Result<(), Error> {
    directory.write(&epoch_file(epoch), weights)?;
    if let Some(before) = epoch.checked_sub(all) {
        // It may be from before they were kept.
        let _ = std::fs::remove_file(directory.file(&epoch_file(before)));
    }
    Ok(())
}

/// The file of an epoch's weights, where they are kept.
fn epoch_file(epoch: usize) -> String {
    format!("checkpoints/epoch-{epoch:05}.safetensors")
}

/// The epochs whose weights a run kept, ascending, with their files.
pub fn kept(run: &Path) -> Vec<(usize, PathBuf)> {
    let Ok(entries) = std::fs::read_dir(run.join("checkpoints")) else { return vec![] };
    let epoch = |path: PathBuf| {
        let number = path.file_name()?.to_str()?.strip_prefix("epoch-")?.strip_suffix(".safetensors")?.parse().ok()?;
        Some((number, path))
    };
    let mut kept: Vec<(usize, PathBuf)> = entries.flatten().filter_map(|entry| epoch(entry.path())).collect();
    kept.sort();
    kept
}

/// Weights as they are evaluated, as their file.
pub fn best(plan: &Plan, snapshot: &Snapshot) -> Vec<u8> {
    write_average(plan, snapshot).unwrap_or_else(|| write_weights(plan, snapshot))
}

/// What a run goes on from.
#[derive(Debug, PartialEq)]
pub struct Found {
    /// The newest checkpoint that is whole; none if the run was stopped before its first.
    pub snapshot: Option<Snapshot>,
    /// What is wrong with a newer one.
    pub damaged: Option<String>,
}

/// The newest checkpoint that is whole. Those of a run that gives its files checksums must have one.
///
/// # Errors
/// There are checkpoints, but none that is whole.
pub fn newest(directory: &RunDirectory, plan: &Plan, sealed: bool) -> Result<Found, WeightsError> {
    let mut damaged: Vec<String> = vec![];
    for name in [NEWEST, BEFORE] {
        let path = directory.file(name);
        if path.symlink_metadata().is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound) {
            continue;
        }
        let read = data::read_file(&path).map_err(|error| WeightsError(error.message)).and_then(|bytes| {
            check_sealed(&bytes, sealed)?;
            Snapshot::from_bytes(plan, &bytes)
        });
        match read {
            Ok(snapshot) => return Ok(Found { snapshot: Some(snapshot), damaged: damaged.pop() }),
            Err(error) => damaged.push(format!("{name}: {error}")),
        }
    }
    if damaged.is_empty() && directory.file(LAST).is_file() {
        damaged.push(format!("{NEWEST}: missing, though the run had saved"));
    }
    match damaged.is_empty() {
        true => Ok(Found { snapshot: None, damaged: None }),
        false => Err(WeightsError(damaged.join("; "))),
    }
}

/// Refuses weights without a checksum where there must be one.
///
/// # Errors
/// There is none, or a wrong one; no file of weights.
pub fn check_sealed(bytes: &[u8], sealed: bool) -> Result<(), WeightsError> {
    match is_sealed(bytes)? || !sealed {
        true => Ok(()),
        false => Err(WeightsError("no checksum: damaged, or not written by this run".into())),
    }
}
