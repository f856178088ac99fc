//! CIFAR-10 and CIFAR-100 (Krizhevsky, "Learning multiple layers of features from tiny images",
//! 2009) in their binary version: records of labels and 3 × 32 × 32 pixels; plain or gzip.

use std::path::{Path, PathBuf};

use super::dataset::{Inputs, Targets};
use super::error::DataError;
use super::files;
use super::gzip;
use super::source::{Examples, Request, Source};

/// 50,000 + 10,000 pictures of ten kinds of things.
pub const CIFAR10: Source = Source {
    name: "cifar10",
    doc: "50,000 + 10,000 colour pictures of 10 things, 32×32: data_batch_{1..5}.bin, test_batch.bin",
    pictures: Some(true),
    load: |request| load(&TEN, request),
};

/// The same number of pictures of a hundred kinds of things; the twenty superclasses are not used.
pub const CIFAR100: Source = Source {
    name: "cifar100",
    doc: "50,000 + 10,000 colour pictures of 100 things, 32×32: train.bin, test.bin",
    pictures: Some(true),
    load: |request| load(&HUNDRED, request),
};

const PIXELS: usize = 3 * 32 * 32;

/// What tells the two sets apart.
struct Set {
    name: &'static str,
    /// The folder in the archive that the authors offer.
    folder: &'static str,
    train: &'static [&'static str],
    test: &'static str,
    /// The lines of this file, where it is there, are the classes' names.
    names: &'static str,
    /// For each byte before the pixels, how many classes it may name; the last one is the label.
    labels: &'static [usize],
}

const TEN: Set = Set {
    name: "cifar10",
    folder: "cifar-10-batches-bin",
    train: &["data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"],
    test: "test_batch.bin",
    names: "batches.meta.txt",
    labels: &[10],
};

const HUNDRED: Set = Set {
    name: "cifar100",
    folder: "cifar-100-binary",
    train: &["train.bin"],
    test: "test.bin",
    names: "fine_label_names.txt",
    labels: &[20, 100],
};

fn load(set: &Set, request: &Request<'_>) -> Result<Examples, DataError> {
    let path = files::folder(&request.config.path, set.name, None).map_err(|mut error| {
        let Set { train, test, folder, .. } = set;
        let files = train.join(", ");
        error.message += &format!("; put {files} and {test} there (or the folder {folder} that holds them)");
        error
    })?;
    read(set, &path)
}

fn read(set: &Set, path: &Path) -> Result<Examples, DataError> {
    let inner = path.join(set.folder);
    let folder = if inner.is_dir() { inner } else { path.to_path_buf() };
    let (mut pixels, mut labels) = (vec![], vec![]);
    for name in set.train {
        parse(set, &find(&folder, name)?, &mut pixels, &mut labels)?;
    }
    let training = labels.len();
    parse(set, &find(&folder, set.test)?, &mut pixels, &mut labels)?;
    let count = set.labels[set.labels.len() - 1];
    Ok(Examples {
        shape: vec![3, 32, 32],
        inputs: Inputs::Bytes { values: pixels, maximum: 255.0 },
        test: Some(labels.len() - training),
        targets: Targets::Classes { labels, count, names: names(set, &folder, count)? },
    })
}

fn find(folder: &Path, name: &str) -> Result<PathBuf, DataError> {
    files::find(folder, &[name.to_string(), format!("{name}.gz")])
}

/// Adds the pictures and labels of one file.
fn parse(set: &Set, path: &Path, pixels: &mut Vec<u8>, labels: &mut Vec<u32>) -> Result<(), DataError> {
    let file = path.display().to_string();
    let packed = files::read(path)?;
    let bytes = gzip::read_all(&file, gzip::unpacked(&packed), gzip::LARGEST)?;
    let length = set.labels.len() + PIXELS;
    if bytes.is_empty() {
        return Err(DataError::new(file, "the file is empty"));
    }
    for (record, row) in bytes.chunks(length).zip(1..) {
        let error = |message: String| DataError::new(&file, message).row(row);
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
        pixels.extend_from_slice(picture);
        labels.push(u32::from(own[own.len() - 1]));
    }
    Ok(())
}

fn names(set: &Set, folder: &Path, count: usize) -> Result<Option<Vec<String>>, DataError> {
    let path = folder.join(set.names);
    if !path.is_file() {
        return Ok(None);
    }
    let text = files::read(&path)?;
    let text = String::from_utf8_lossy(&text);
    let names: Vec<String> = text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_string).collect();
    if names.len() != count {
        let message = format!("{} names, where there are {count} classes", names.len());
        return Err(DataError::new(path.display().to_string(), message));
    }
    Ok(Some(names))
}

#[cfg(test)]
mod tests;
