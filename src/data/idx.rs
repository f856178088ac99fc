//! IDX files, the format of MNIST and its successors: a magic number, the lengths of the
//! dimensions as big-endian u32, then bytes; plain or gzip.

use std::io::Read;
use std::path::Path;

use super::dataset::{Inputs, Origin, Targets};
use super::error::DataError;
use super::files;
use super::gzip;
use super::source::{Examples, Known, Request, Source};

/// Any data set in MNIST's four files.
pub const IDX: Source = Source {
    name: "idx",
    doc: "a folder with MNIST's four files: {train,t10k}-{images-idx3,labels-idx1}-ubyte[.gz]",
    pictures: Some(true),
    keys: &["path", "largest"],
    known: |_| None,
    made: None,
    load: |request| {
        let folder = files::folder(&request.config.path, "idx", None)?;
        load(&folder, None, request.classes(), request.config.largest)
    },
};

/// Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017).
pub const FASHION_MNIST: Source = Source {
    name: "fashion-mnist",
    doc: "60,000 + 10,000 pictures of clothes, 28×28 (Debian: dataset-fashion-mnist)",
    pictures: Some(true),
    keys: &["path", "largest"],
    known: |_| Known::pictures([1, 28, 28], 10, 70_000, Some(10_000)),
    made: None,
    load: fashion_mnist,
};

const CLOTHES: [&str; 10] =
    ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

fn fashion_mnist(request: &Request<'_>) -> Result<Examples, DataError> {
    let system = "/usr/share/datasets/fashion-mnist";
    let folder = files::folder(&request.config.path, "fashion-mnist", Some(system))?;
    load(&folder, Some(&CLOTHES), None, request.config.largest).map_err(|mut error| {
        if !folder.is_dir() {
            error.message += "; install the package dataset-fashion-mnist, or set data.path";
        }
        error
    })
}

/// The contents of one IDX file of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idx {
    /// The lengths of the dimensions, the number of examples first.
    pub lengths: Vec<usize>,
    /// The bytes, the last dimension fastest.
    pub bytes: Vec<u8>,
}

/// Parses an IDX file of unsigned bytes with `dimensions` dimensions, unpacking gzip. `file` is
/// its name in errors. No more is unpacked than the header announces.
pub fn parse(file: &str, packed: &[u8], dimensions: u8, largest: Option<u64>) -> Result<Idx, DataError> {
    let mut reader = gzip::unpacked(packed, largest);
    let mut word = || {
        let mut bytes = [0; 4];
        reader.read_exact(&mut bytes).map(|()| u32::from_be_bytes(bytes)).map_err(|error| gzip::broken(file, &error))
    };
    let magic = word()?;
    // Two zeros, the type (8 is unsigned bytes), the number of dimensions.
    let expected = 0x0800 | u32::from(dimensions);
    if magic != expected {
        let message = format!(
            "the magic number is {magic:#010x}, not {expected:#010x} \
             (unsigned bytes in {dimensions} dimensions): this is not such an IDX file"
        );
        return Err(DataError::new(file, message));
    }
    let lengths: Result<Vec<u32>, _> = (0..dimensions).map(|_| word()).collect();
    let lengths: Vec<usize> = lengths?.into_iter().map(|length| length as usize).collect();
    let size = lengths
        .iter()
        .try_fold(1_u64, |size, length| size.checked_mul(*length as u64))
        .filter(|size| *size <= largest.unwrap_or(gzip::LARGEST))
        .ok_or_else(|| {
            let message = format!("the header announces {lengths:?} bytes, which is too much; {}", gzip::MEANT);
            DataError::new(file, message)
        })?;
    // One byte more than announced, to notice what should not be there.
    let mut bytes = Vec::new();
    reader.take(size + 1).read_to_end(&mut bytes).map_err(|error| gzip::broken(file, &error))?;
    let found = bytes.len() as u64;
    if found != size {
        let message = match found < size {
            true => format!("truncated: {lengths:?} needs {size} bytes, and {found} are there"),
            false => format!("there is more behind the {size} bytes that {lengths:?} needs"),
        };
        return Err(DataError::new(file, message));
    }
    Ok(Idx { lengths, bytes })
}

/// Parses examples without labels, a file of so many dimensions, for a network that takes this shape: pictures
/// of one channel, or rows of all numbers.
pub(crate) fn unlabelled(
    file: &str,
    packed: &[u8],
    dimensions: u8,
    shape: &[usize],
    largest: Option<u64>,
) -> Result<Vec<u8>, DataError> {
    let Idx { lengths, bytes } = parse(file, packed, dimensions, largest)?;
    let found = lengths.get(1..).unwrap_or_default();
    let picture = shape.strip_prefix(&[1]).unwrap_or(shape);
    if found.is_empty() || found != picture && found != [shape.iter().product::<usize>()] {
        return Err(DataError::new(file, format!("examples of {found:?}, where the network takes {shape:?}")));
    }
    match bytes.is_empty() {
        true => Err(DataError::new(file, "there are no examples")),
        false => Ok(bytes),
    }
}

fn read(folder: &Path, stem: &str, dimensions: u8, largest: Option<u64>) -> Result<(String, Idx), DataError> {
    // Both ways of writing the name are about.
    let names: Vec<String> = ["-", "."]
        .iter()
        .flat_map(|dot| [".gz", ""].map(|end| format!("{stem}{dot}idx{dimensions}-ubyte{end}")))
        .collect();
    let path = files::find(folder, &names)?;
    let file = path.display().to_string();
    let idx = parse(&file, &files::read_within(&path, largest)?, dimensions, largest)?;
    Ok((file, idx))
}

/// Reads the four files; where their number is not known, the classes are those up to the largest label.
fn load(
    folder: &Path,
    names: Option<&[&str]>,
    classes: Option<usize>,
    largest: Option<u64>,
) -> Result<Examples, DataError> {
    let (train_file, mut images) = read(folder, "train-images", 3, largest)?;
    let (train_labels_file, train_labels) = read(folder, "train-labels", 1, largest)?;
    let (test_file, test_images) = read(folder, "t10k-images", 3, largest)?;
    let (test_labels_file, test_labels) = read(folder, "t10k-labels", 1, largest)?;
    if images.bytes.is_empty() {
        return Err(DataError::new(train_file, "there are no pictures"));
    }
    if images.lengths[1..] != test_images.lengths[1..] {
        let message = format!(
            "pictures of {:?} pixels, where the training ones have {:?}",
            &test_images.lengths[1..],
            &images.lengths[1..]
        );
        return Err(DataError::new(test_file, message));
    }
    let largest = train_labels.bytes.iter().chain(&test_labels.bytes).max().map_or(0, |label| usize::from(*label));
    let count = names.map(<[_]>::len).or(classes).unwrap_or(largest + 1);
    check_labels(&train_labels_file, &train_labels, images.lengths[0], count)?;
    check_labels(&test_labels_file, &test_labels, test_images.lengths[0], count)?;
    let labels = train_labels.bytes.iter().chain(&test_labels.bytes);
    let labels: Vec<u32> = labels.map(|label| u32::from(*label)).collect();
    images.bytes.extend_from_slice(&test_images.bytes);
    Ok(Examples {
        shape: vec![1, images.lengths[1], images.lengths[2]],
        inputs: Inputs::Bytes { values: images.bytes, maximum: 255.0 },
        targets: Targets::Classes {
            labels,
            count,
            names: names.map(|names| names.iter().map(|name| name.to_string()).collect()),
        },
        test: Some(test_images.lengths[0]),
        origin: Origin::default(),
    })
}

fn check_labels(file: &str, labels: &Idx, pictures: usize, count: usize) -> Result<(), DataError> {
    let found = labels.lengths[0];
    if found != pictures {
        let message = format!("{found} labels for {pictures} pictures");
        return Err(DataError::new(file, message));
    }
    let row = labels.bytes.iter().position(|label| usize::from(*label) >= count);
    row.map_or(Ok(()), |row| {
        let label = labels.bytes[row];
        let message = format!("the label is {label}, but the {count} classes count from 0");
        Err(DataError::new(file, message).row(row as u64 + 1))
    })
}

#[cfg(test)]
mod tests;
