//! CIFAR-10 and CIFAR-100 (Krizhevsky, "Learning multiple layers of features from tiny images",
//! 2009): records of labels and 3 × 32 × 32 pixels in the binary version, or the Python version's
//! pickles; plain or gzip.

mod pickle;
mod pickled;

use std::path::{Path, PathBuf};

use super::dataset::{Inputs, Origin, Targets};
use super::error::DataError;
use super::files;
use super::gzip;
use super::source::{Examples, Known, Request, Source};

/// 50,000 + 10,000 pictures of ten kinds of things.
pub const CIFAR10: Source = Source {
    name: "cifar10",
    doc: "50,000 + 10,000 colour pictures of 10 things, 32×32: data_batch_{1..5}.bin and test_batch.bin of the binary \
          version, or data_batch_{1..5} and test_batch of the Python version",
    pictures: Some(true),
    keys: &["path", "largest"],
    known: |_| Known::pictures([3, 32, 32], 10, 60_000, Some(10_000)),
    made: None,
    load: |request| load(&TEN, request),
};

/// The same number of pictures of a hundred kinds of things; the twenty superclasses are not used.
pub const CIFAR100: Source = Source {
    name: "cifar100",
    doc: "50,000 + 10,000 colour pictures of 100 things, 32×32: train.bin and test.bin of the binary version, or train \
          and test of the Python version",
    pictures: Some(true),
    keys: &["path", "largest"],
    known: |_| Known::pictures([3, 32, 32], 100, 60_000, Some(10_000)),
    made: None,
    load: |request| load(&HUNDRED, request),
};

const PIXELS: usize = 3 * 32 * 32;

/// What tells the two sets apart.
struct Set {
    name: &'static str,
    /// The first one that is there is read.
    versions: [Version; 2],
    /// For each byte before the pixels, how many classes it may name; the last one is the label.
    labels: &'static [usize],
}

/// Pictures and what is on them.
#[derive(Debug, Default)]
struct Pictures {
    pixels: Vec<u8>,
    labels: Vec<u32>,
}

/// A set as the authors offer it.
struct Version {
    /// The folder in the archive.
    folder: &'static str,
    train: &'static [&'static str],
    test: &'static str,
    /// Holds the classes' names, where it is there.
    names: &'static str,
    /// Adds the pictures and labels of a file.
    parse: fn(&Set, &str, &[u8], &mut Pictures) -> Result<(), DataError>,
    /// The names in the file for them.
    parse_names: fn(&str, &[u8]) -> Result<Vec<String>, DataError>,
}

const TEN: Set = Set {
    name: "cifar10",
    versions: [
        Version {
            folder: "cifar-10-batches-bin",
            train: &[
                "data_batch_1.bin",
                "data_batch_2.bin",
                "data_batch_3.bin",
                "data_batch_4.bin",
                "data_batch_5.bin",
            ],
            test: "test_batch.bin",
            names: "batches.meta.txt",
            parse,
            parse_names,
        },
        Version {
            folder: "cifar-10-batches-py",
            train: &["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"],
            test: "test_batch",
            names: "batches.meta",
            parse: pickled::parse,
            parse_names: pickled::parse_names,
        },
    ],
    labels: &[10],
};

const HUNDRED: Set = Set {
    name: "cifar100",
    versions: [
        Version {
            folder: "cifar-100-binary",
            train: &["train.bin"],
            test: "test.bin",
            names: "fine_label_names.txt",
            parse,
            parse_names,
        },
        Version {
            folder: "cifar-100-python",
            train: &["train"],
            test: "test",
            names: "meta",
            parse: pickled::parse,
            parse_names: pickled::parse_names,
        },
    ],
    labels: &[20, 100],
};

fn load(set: &Set, request: &Request<'_>) -> Result<Examples, DataError> {
    let path = files::folder(&request.config.path, set.name, None).map_err(|mut error| {
        let [Version { train, test, folder, .. }, python] = &set.versions;
        let (files, other) = (train.join(", "), python.folder);
        error.message += &format!("; put {files} and {test} there (or the folder {folder} or {other})");
        error
    })?;
    read(set, &path, request.config.largest)
}

fn read(set: &Set, path: &Path, largest: Option<u64>) -> Result<Examples, DataError> {
    let is_there = |version: &&Version| find(&version.within(path), version.train[0]).is_ok();
    let Some(version) = set.versions.iter().find(is_there) else {
        let firsts: Vec<String> = set.versions.iter().flat_map(|version| either(version.train[0])).collect();
        let message = format!("neither version is here, or its folder; none of these files is: {}", firsts.join(", "));
        return Err(DataError::new(path.display().to_string(), message));
    };
    let folder = version.within(path);
    let mut pictures = Pictures::default();
    let mut add = |name: &str| -> Result<usize, DataError> {
        let (file, bytes) = unpack(&find(&folder, name)?, largest)?;
        (version.parse)(set, &file, &bytes, &mut pictures)?;
        Ok(pictures.labels.len())
    };
    let mut training = 0;
    for name in version.train {
        training = add(name)?;
    }
    let all = add(version.test)?;
    let count = set.labels[set.labels.len() - 1];
    let Pictures { pixels, labels } = pictures;
    Ok(Examples {
        shape: vec![3, 32, 32],
        inputs: Inputs::Bytes { values: pixels, maximum: 255.0 },
        test: Some(all - training),
        origin: Origin::default(),
        targets: Targets::Classes { labels, count, names: names(version, &folder, count)? },
    })
}

impl Version {
    /// The folder of the archive in `path`, or `path` itself.
    fn within(&self, path: &Path) -> PathBuf {
        let inner = path.join(self.folder);
        if inner.is_dir() { inner } else { path.to_path_buf() }
    }
}

fn find(folder: &Path, name: &str) -> Result<PathBuf, DataError> {
    files::find(folder, &either(name))
}

/// A file as it is, or packed.
fn either(name: &str) -> [String; 2] {
    [name.to_string(), format!("{name}.gz")]
}

/// The name of a file and its bytes.
fn unpack(path: &Path, largest: Option<u64>) -> Result<(String, Vec<u8>), DataError> {
    let file = path.display().to_string();
    let packed = files::read_within(path, largest)?;
    let bytes = gzip::unpack(&file, &packed, largest)?;
    match bytes.is_empty() {
        true => Err(DataError::new(file, "the file is empty")),
        false => Ok((file, bytes)),
    }
}

/// Adds the pictures and labels of one file of the binary version.
fn parse(set: &Set, file: &str, bytes: &[u8], pictures: &mut Pictures) -> Result<(), DataError> {
    let length = set.labels.len() + PIXELS;
    for (record, row) in bytes.chunks(length).zip(1..) {
        let error = |message: String| DataError::new(file, message).row(row);
        if record.len() < length {
            let found = record.len();
            return Err(error(format!("the record is truncated: {found} bytes, where {length} are wanted")));
        }
        let (own, picture) = record.split_at(set.labels.len());
        for (&label, &count) in own.iter().zip(set.labels) {
            if usize::from(label) >= count {
                return Err(error(format!("the label is {label}, but the {count} classes count from 0")));
            }
        }
        pictures.pixels.extend_from_slice(picture);
        pictures.labels.push(u32::from(own[own.len() - 1]));
    }
    Ok(())
}

/// The lines of the binary version's file.
fn parse_names(_: &str, text: &[u8]) -> Result<Vec<String>, DataError> {
    let text = String::from_utf8_lossy(text);
    Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_string).collect())
}

fn names(version: &Version, folder: &Path, count: usize) -> Result<Option<Vec<String>>, DataError> {
    let path = folder.join(version.names);
    if !path.is_file() {
        return Ok(None);
    }
    let file = path.display().to_string();
    let names = (version.parse_names)(&file, &files::read(&path)?)?;
    if names.len() != count {
        return Err(DataError::new(file, format!("{} names, where there are {count} classes", names.len())));
    }
    Ok(Some(names))
}

/// Every parser, see [`super::fuzzing`].
pub(super) fn fuzz(file: &str, bytes: &[u8]) -> Result<(), DataError> {
    let mut pictures = Pictures::default();
    let binary = parse(&HUNDRED, file, bytes, &mut pictures);
    let pickled = pickled::parse(&TEN, file, bytes, &mut pictures);
    pickled.or(binary).or(pickled::parse_names(file, bytes).map(drop))
}

#[cfg(test)]
mod tests;
