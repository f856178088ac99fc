//! Data sets of NumPy's: arrays found by their names in an .npz archive, or in a folder as .npy files.

mod array;
mod arrays;
mod numbers;

use std::path::Path;

use super::dataset::{Inputs, Origin, Targets, label_of};
use super::error::DataError;
use super::files;
use super::gzip;
use super::source::{Examples, Request, Source};
use crate::config::{Channels, DataConfig};
use array::Array;
pub(super) use array::MAGIC;
use arrays::{Arrays, NAMES};

/// Any arrays with Keras's names for them.
pub const NPY: Source = Source {
    name: "npy",
    doc: "NumPy's arrays in an .npz archive or as .npy files in a folder: `x_train`, `y_train` and, where there is a \
          test set, `x_test`, `y_test`; or `x`, `y`. The first axis counts the examples. uint8 are pixels, from 0 \
          to 1 by default; other integers and reals become f32, standardised by default. [n, height, width] are \
          pictures of one channel; data.channels = \"first\" or \"last\" says where others have theirs. y is [n], or \
          [n, outputs] to regress on",
    pictures: None,
    keys: &["path", "test", "largest", "channels"],
    known: |_| None,
    made: None,
    load: |request| {
        let path = files::folder(&request.config.path, "npy", None)?;
        load(&path, request)
    },
};

/// Lengths up to this are taken for those of channels, if channels are not said to be elsewhere.
const CHANNELS: usize = 4;

/// Inputs and targets, as many of one as of the other.
struct Part {
    x: Array,
    y: Array,
    /// Of one example, with its channels first.
    shape: Vec<usize>,
}

fn load(path: &Path, request: &Request<'_>) -> Result<Examples, DataError> {
    examples(Arrays::open(path, request.config.largest)?, request)
}

/// The examples of an archive that was read.
pub(super) fn archived(path: &Path, bytes: Vec<u8>, request: &Request<'_>) -> Result<Examples, DataError> {
    examples(Arrays::archive(path, bytes, request.config.largest)?, request)
}

fn examples(mut arrays: Arrays, request: &Request<'_>) -> Result<Examples, DataError> {
    let [x_train, y_train, x_test, y_test, x, y] = NAMES;
    let whole = ![x_train, y_train, x_test, y_test].iter().any(|name| arrays.has(name));
    let whole = whole && (arrays.has(x) || arrays.has(y));
    let channels = request.config.channels;
    let (x, y) = if whole { (x, y) } else { (x_train, y_train) };
    let train = Part::read(&mut arrays, x, y, channels)?;
    let test = match arrays.has(x_test) || arrays.has(y_test) {
        true => Some(Part::read(&mut arrays, x_test, y_test, channels)?),
        false => None,
    };
    let targets = match request.categorical {
        true => classes(&train.y, test.as_ref().map(|test| &test.y), request.classes())?,
        false => values(&train.y, test.as_ref().map(|test| &test.y))?,
    };
    let given = test.as_ref().map(|test| test.x.lengths[0]);
    let shape = train.shape.clone();
    Ok(Examples { shape, inputs: inputs(train, test)?, targets, test: given, origin: Origin::default() })
}

impl Part {
    fn read(arrays: &mut Arrays, x: &str, y: &str, channels: Option<Channels>) -> Result<Part, DataError> {
        let (x, y) = (arrays.read(x)?, arrays.read(y)?);
        let (examples, targets) = (x.lengths[0], y.lengths[0]);
        if examples != targets {
            return Err(y.error(format!("{targets} targets for the {examples} examples of {}", x.place)));
        }
        let (shape, x) = arrange(x, channels)?;
        Ok(Part { x, y, shape })
    }
}

/// The shape of one example, and the numbers with the channels of each first.
fn arrange(mut array: Array, channels: Option<Channels>) -> Result<(Vec<usize>, Array), DataError> {
    let own = array.lengths[1..].to_vec();
    let shape = match (own.as_slice(), channels) {
        // One number an example is a table of one column.
        ([], _) => vec![1],
        ([_], _) | (_, Some(Channels::First)) => own,
        (&[height, width], None) => vec![1, height, width],
        (&[.., last], Some(Channels::Last)) => {
            array.last_axis_second();
            [&[last], &own[..own.len() - 1]].concat()
        }
        (&[first, .., last], None) if last <= CHANNELS && first > CHANNELS => {
            let help = "set data.channels = \"last\" if that is so, as it is in Keras, or \"first\" if not";
            return Err(array.error(format!("examples of {own:?} look as if their channels came last; {help}")));
        }
        (_, None) => own,
    };
    Ok((shape, array))
}

/// Parses examples without targets: an .npy file, or the array `x` of an .npz archive.
pub(crate) fn unlabelled(
    path: &Path,
    bytes: Vec<u8>,
    config: &DataConfig,
    shape: &[usize],
) -> Result<Inputs, DataError> {
    let array = match bytes.starts_with(MAGIC) {
        true => Array::read(path.display().to_string(), bytes.as_slice(), config.largest.unwrap_or(gzip::LARGEST))?,
        false => Arrays::archive(path, bytes, config.largest)?.only_x()?,
    };
    let found = array.lengths[1..].to_vec();
    // Whole examples as rows are in the order of the numbers that the network sees.
    if found == [shape.iter().product::<usize>()] {
        return Ok(array.numbers);
    }
    let (arranged, array) = arrange(array, config.channels)?;
    match arranged == shape {
        true => Ok(array.numbers),
        false => Err(array.error(format!("examples of {found:?}, where the network takes {shape:?}"))),
    }
}

/// The numbers of both parts.
fn inputs(train: Part, test: Option<Part>) -> Result<Inputs, DataError> {
    let Some(test) = test else { return Ok(train.x.numbers) };
    if test.shape != train.shape {
        let message = format!("examples of {:?}, where those of {} are {:?}", test.shape, train.x.place, train.shape);
        return Err(test.x.error(message));
    }
    match (train.x.numbers, test.x.numbers) {
        (Inputs::Bytes { mut values, maximum }, Inputs::Bytes { values: more, .. }) => {
            values.extend(more);
            Ok(Inputs::Bytes { values, maximum })
        }
        (Inputs::Floats(mut values), Inputs::Floats(more)) => {
            values.extend(more);
            Ok(Inputs::Floats(values))
        }
        _ => {
            let message = format!("either this or {} is u8 and the other is not; one type is wanted", train.x.place);
            Err(DataError::new(test.x.place, message))
        }
    }
}

/// The classes that the targets of both parts name.
fn classes(train: &Array, test: Option<&Array>, limit: Option<usize>) -> Result<Targets, DataError> {
    let arrays = || std::iter::once(train).chain(test);
    let examples: usize = arrays().map(|array| array.lengths[0]).sum();
    let mut labels = Vec::with_capacity(examples);
    for array in arrays() {
        if !matches!(array.lengths[..], [_] | [_, 1]) {
            let help = "rows with a 1 where the class is become classes with y.argmax(axis=1)";
            let message = format!("with a categorical loss, [n] classes are wanted, not {:?}; {help}", array.lengths);
            return Err(array.error(message));
        }
        for (row, label) in (1..).zip((0..array.lengths[0]).map(|at| array.numbers.get(at))) {
            labels.push(label_of(label, limit).map_err(|message| array.error(message).row(row))?);
        }
    }
    let count = labels.iter().max().map_or(0, |label| *label as usize + 1);
    Ok(Targets::Classes { labels, count, names: None })
}

/// The numbers that the targets of both parts are.
fn values(train: &Array, test: Option<&Array>) -> Result<Targets, DataError> {
    let width = |array: &Array| match array.lengths[..] {
        [_] => Ok(1),
        [_, width] => Ok(width),
        _ => Err(array.error(format!("targets of [n] or [n, outputs] are wanted, not {:?}", array.lengths))),
    };
    let mut values = vec![];
    for array in std::iter::once(train).chain(test) {
        if width(array)? != width(train)? {
            let message = format!("{} numbers a target, where {} has {}", width(array)?, train.place, width(train)?);
            return Err(array.error(message));
        }
        values.extend((0..array.numbers.len()).map(|at| array.numbers.get(at)));
    }
    Ok(Targets::Values { values, width: width(train)? })
}

#[cfg(test)]
mod tests;
