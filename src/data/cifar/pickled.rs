//! The Python version: dictionaries with an array of pictures and a list of labels, pickled by Python 2,
//! or anew by a later one. An array is what it would restore itself from; nothing is ever called.

use std::borrow::Cow;

use super::super::error::DataError;
use super::pickle::{Id, Pickle, Value};
use super::{PIXELS, Pictures, Set};

/// An array of unsigned bytes.
struct Array<'a> {
    shape: Vec<i64>,
    bytes: Cow<'a, [u8]>,
}

/// Adds the pictures and labels of one file.
pub(super) fn parse(set: &Set, file: &str, bytes: &[u8], pictures: &mut Pictures) -> Result<(), DataError> {
    let error = |message: String| DataError::new(file, message);
    let pickle = unpickle(file, bytes)?;
    let labels = entry(&pickle, &["fine_labels", "labels"]).map_err(error)?;
    let labels = pickle.items(labels).ok_or_else(|| error("`labels` is no list".into()))?;
    let data = entry(&pickle, &["data"]).map_err(error)?;
    let Array { shape, bytes } = array(&pickle, data).map_err(|what| error(format!("`data` {what}")))?;
    let count = labels.len();
    if shape != [count as i64, PIXELS as i64] || bytes.len() != count * PIXELS {
        let message = format!(
            "`data` has the shape {shape:?} and {} bytes, where the {count} labels want [{count}, {PIXELS}] of uint8",
            bytes.len()
        );
        return Err(error(message));
    }
    let classes = set.labels[set.labels.len() - 1];
    for (label, row) in labels.iter().zip(1..) {
        let label = pickle.integer(*label).ok_or_else(|| error("the label is no whole number".into()).row(row))?;
        let class = u32::try_from(label).ok().filter(|class| (*class as usize) < classes);
        pictures.labels.push(
            class.ok_or_else(|| {
                error(format!("the label is {label}, but the {classes} classes count from 0")).row(row)
            })?,
        );
    }
    pictures.pixels.extend_from_slice(&bytes);
    Ok(())
}

/// The names of the classes.
pub(super) fn parse_names(file: &str, bytes: &[u8]) -> Result<Vec<String>, DataError> {
    let error = |message: &str| DataError::new(file, message);
    let pickle = unpickle(file, bytes)?;
    let names = entry(&pickle, &["fine_label_names", "label_names"]).map_err(|what| error(&what))?;
    let names = pickle.items(names).ok_or_else(|| error("`label_names` is no list"))?;
    names.iter().map(|name| pickle.text(*name).ok_or_else(|| error("a name of a class is no text"))).collect()
}

fn unpickle<'a>(file: &str, bytes: &'a [u8]) -> Result<Pickle<'a>, DataError> {
    Pickle::read(bytes)
        .map_err(|error| DataError::new(file, format!("the pickle is damaged, or none of the Python version: {error}")))
}

/// What the whole dictionary has under the first of these names that it has.
fn entry(pickle: &Pickle<'_>, names: &[&str]) -> Result<Id, String> {
    let last = names[names.len() - 1];
    let found = names.iter().find_map(|name| pickle.entry(pickle.root(), name));
    found.ok_or_else(|| match pickle.get(pickle.root()) {
        Value::Pairs(_) => format!("`{last}` is missing"),
        _ => format!("the pickle is no dictionary with `{last}`"),
    })
}

/// NumPy's array of uint8: what it would restore itself from, or the buffer of protocol 5.
fn array<'a>(pickle: &'a Pickle<'_>, id: Id) -> Result<Array<'a>, String> {
    let none = "is no array of bytes";
    let Value::Call { arguments, state, .. } = pickle.get(id) else { return Err(none.into()) };
    let (shape, dtype, fortran, bytes) = match state {
        // The version of all this, the shape, the type, whether in Fortran's order, the bytes.
        Some(state) => match pickle.items(*state) {
            Some(&[_, shape, dtype, fortran, bytes]) => (shape, dtype, pickle.integer(fortran) != Some(0), bytes),
            _ => return Err(none.into()),
        },
        // The bytes, the type, the shape, the order.
        None => match pickle.items(*arguments) {
            Some(&[bytes, dtype, shape, order]) => (shape, dtype, pickle.text(order).as_deref() != Some("C"), bytes),
            _ => return Err(none.into()),
        },
    };
    let kind = match pickle.get(dtype) {
        Value::Call { arguments, .. } => {
            pickle.items(*arguments).and_then(|arguments| pickle.text(*arguments.first()?))
        }
        _ => None,
    };
    match kind.as_deref() {
        Some("u1" | "|u1" | "uint8" | "B") => {}
        Some(other) => return Err(format!("is of the type {other:?}, where uint8 is wanted")),
        None => return Err(none.into()),
    }
    if fortran {
        return Err("is in Fortran's order, where C's is wanted".into());
    }
    let shape: Option<Vec<i64>> =
        pickle.items(shape).and_then(|axes| axes.iter().map(|id| pickle.integer(*id)).collect());
    match (shape, pickle.bytes(bytes)) {
        (Some(shape), Some(bytes)) => Ok(Array { shape, bytes }),
        _ => Err(none.into()),
    }
}
