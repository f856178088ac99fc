//! The Python version: dictionaries with an array of pictures and a list of labels, pickled by
//! Python 2. An array comes out as what it would restore itself from; nothing is ever called.

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_pickle::{DeOptions, Value};

use super::super::error::DataError;
use super::{PIXELS, Pictures, Set};

/// One file of pictures.
#[derive(Deserialize)]
struct Batch {
    data: State,
    #[serde(alias = "fine_labels")]
    labels: Vec<i64>,
}

/// What NumPy's array keeps: the version of this, its shape, its type, whether it is in Fortran's
/// order, its bytes.
#[derive(Deserialize)]
struct State(IgnoredAny, Vec<usize>, IgnoredAny, bool, Value);

/// The file of the classes' names.
#[derive(Deserialize)]
struct Meta {
    #[serde(alias = "fine_label_names")]
    label_names: Vec<Value>,
}

/// Adds the pictures and labels of one file.
pub(super) fn parse(set: &Set, file: &str, bytes: &[u8], pictures: &mut Pictures) -> Result<(), DataError> {
    let batch: Batch = unpickle(file, bytes)?;
    let State(_, shape, _, fortran, Value::Bytes(bytes)) = batch.data else {
        return Err(DataError::new(file, "`data` is no array of bytes"));
    };
    let count = batch.labels.len();
    if shape != [count, PIXELS] || bytes.len() != count * PIXELS || fortran {
        let message = format!(
            "`data` has the shape {shape:?} and {} bytes, where the {count} labels want [{count}, {PIXELS}] of uint8",
            bytes.len()
        );
        return Err(DataError::new(file, message));
    }
    let classes = set.labels[set.labels.len() - 1];
    for (label, row) in batch.labels.into_iter().zip(1..) {
        let class = u32::try_from(label).ok().filter(|class| (*class as usize) < classes);
        pictures.labels.push(class.ok_or_else(|| {
            DataError::new(file, format!("the label is {label}, but the {classes} classes count from 0")).row(row)
        })?);
    }
    pictures.pixels.extend(bytes);
    Ok(())
}

/// The names of the classes.
pub(super) fn parse_names(file: &str, bytes: &[u8]) -> Result<Vec<String>, DataError> {
    let name = |name| match name {
        Value::Bytes(name) => Ok(String::from_utf8_lossy(&name).into_owned()),
        Value::String(name) => Ok(name),
        _ => Err(DataError::new(file, "a name of a class is no text")),
    };
    unpickle::<Meta>(file, bytes)?.label_names.into_iter().map(name).collect()
}

fn unpickle<T: DeserializeOwned>(file: &str, bytes: &[u8]) -> Result<T, DataError> {
    // Arrays are of classes that are unknown here: the state of each is what is wanted.
    let options = DeOptions::new().keep_restore_state().replace_unresolved_globals();
    serde_pickle::from_slice(bytes, options).map_err(|error| {
        let message = format!("the pickle is damaged, or none of the Python version: {error}");
        DataError::new(file, message)
    })
}
