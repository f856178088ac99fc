//! What is wrong with data, and in which file and row.

use std::fmt;

use crate::config::{DataConfig, printable};

/// Data that can't be used. Displayed as `FILE, row N: what is wrong`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct DataError {
    /// The file, or the data set's name where no file is to blame.
    pub file: String,
    /// The row, from 1: the line of a text file, else the number of the example.
    pub row: Option<u64>,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl DataError {
    /// An error about a whole file.
    pub fn new(file: impl Into<String>, message: impl Into<String>) -> DataError {
        DataError { file: file.into(), row: None, message: message.into() }
    }

    /// An error about a value of the config, which the data show to be wrong.
    pub fn setting(config: &DataConfig, key: &str, message: impl Into<String>) -> DataError {
        DataError::new(config.places.place("data", key).to_string(), message)
    }

    /// The same error about one row, counted from 1.
    pub fn row(mut self, row: u64) -> DataError {
        self.row = Some(row);
        self
    }
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Names of files, columns and classes may hold anything.
        f.write_str(&printable(match self.row {
            Some(row) => format!("{}, row {row}: {}", self.file, self.message),
            None => format!("{}: {}", self.file, self.message),
        }))
    }
}
