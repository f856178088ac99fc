//! Lines that a run adds to a file, one after the other: metrics.jsonl and steps.jsonl. Each has its own checksum.

use std::{
    cell::RefCell,
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

use serde_json::Value;

use super::{ReadError, RunDirectory};
use crate::{checksum, train::Error};

/// Lines that are not in the file yet: they come there together with the checkpoint that follows them.
#[derive(Debug)]
pub struct Lines {
    name: &'static str,
    pending: RefCell<String>,
}

/// More than this is written without waiting for a checkpoint.
const PENDING: usize = 1 << 20;

impl Lines {
    /// For a file of this name.
    pub fn new(name: &'static str) -> Lines {
        Lines { name, pending: RefCell::default() }
    }

    /// Adds an object.
    pub fn push(&self, object: &impl serde::Serialize) {
        let object = serde_json::to_string(object).expect("numbers");
        let mut pending = self.pending.borrow_mut();
        *pending += &checksum::line(&object);
        pending.push('\n');
    }

    /// Whether so many wait that they should be written.
    pub fn are_many(&self) -> bool {
        self.pending.borrow().len() > PENDING
    }

    /// Writes what is not written yet.
    ///
    /// # Errors
    /// What the system says.
    pub fn flush(&self, directory: &RunDirectory) -> Result<(), Error> {
        let mut pending = self.pending.borrow_mut();
        if !pending.is_empty() {
            directory.append(self.name, &pending)?;
            pending.clear();
        }
        Ok(())
    }
}

/// Reads one line: an object whose checksum, if it has one, is right.
///
/// # Errors
/// What is wrong with it.
pub(super) fn read_line(line: &[u8]) -> Result<Value, String> {
    let value = serde_json::from_slice(line).map_err(|error| format!("not JSON: {error}"))?;
    checksum::LINE.check(line, line.len()).map_err(|error| error.to_string())?;
    Ok(value)
}

/// How many bytes of a file of lines belong to the steps until a checkpoint, all of them right: what a run wrote
/// after its checkpoint it will write again. `last` is the step that the last of those must have.
///
/// # Errors
/// One is damaged, or they end before `last`.
pub fn until(path: &Path, step: u64, last: Option<u64>) -> Result<u64, ReadError> {
    let wrong = |line: usize, what: String| {
        let message = format!("{what}; put the right file back, or remove it to go on without its lines");
        ReadError { path: path.to_owned(), line: Some(line), message }
    };
    let file = match File::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            if let Some(last) = last {
                log::warn!("{} is missing: its lines until step {last} are lost", path.display());
            }
            return Ok(0);
        }
        file => file.map_err(|error| ReadError { path: path.to_owned(), line: None, message: error.to_string() })?,
    };
    let (mut reader, mut line, mut number) = (BufReader::new(file), vec![], 0);
    let (mut bytes, mut reached) = (0, 0);
    while last.is_none_or(|last| reached < last) {
        line.clear();
        number += 1;
        let read = reader.read_until(b'\n', &mut line).map_err(|error| wrong(number, error.to_string()))?;
        // The last one may have been cut off while it was written.
        let Some(text) = line.strip_suffix(b"\n") else { break };
        let at = match read_line(text) {
            Ok(value) => value["step"].as_u64().ok_or("it has no `step`".to_owned()),
            Err(error) => Err(error),
        };
        match at {
            Ok(at) if at <= step => (bytes, reached) = (bytes + read as u64, at),
            Ok(_) => break,
            // Nobody knows whether it was to be kept.
            Err(what) => return Err(wrong(number, what)),
        }
    }
    match last {
        Some(last) if reached != last => Err(wrong(number, format!("the lines until step {last} are not all there"))),
        _ => Ok(bytes),
    }
}
