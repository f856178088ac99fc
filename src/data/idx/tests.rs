use std::io::Write;

use super::*;
use crate::data::tests::config;

fn idx(lengths: &[u32], bytes: &[u8]) -> Vec<u8> {
    let mut file = vec![0, 0, 8, lengths.len() as u8];
    file.extend(lengths.iter().flat_map(|length| length.to_be_bytes()));
    file.extend_from_slice(bytes);
    file
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A folder with three training and two test pictures of 1×2 pixels.
fn folder(train_labels: &[u8], test_labels: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    let images = idx(&[3, 1, 2], &[1, 2, 3, 4, 5, 6]);
    put("train-images-idx3-ubyte.gz", &gzip(&images));
    put("t10k-images.idx3-ubyte", &idx(&[2, 1, 2], &[7, 8, 9, 10]));
    let labels = |labels: &[u8]| idx(&[labels.len() as u32], labels);
    put("train-labels-idx1-ubyte", &labels(train_labels));
    put("t10k-labels-idx1-ubyte.gz", &gzip(&labels(test_labels)));
    folder
}

fn message(result: Result<impl std::fmt::Debug, DataError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn plain_and_gzip_files_of_either_name_are_read() {
    let folder = folder(&[0, 1, 2], &[2, 0]);
    let path = format!("path={}", folder.path().display());
    let data = crate::data::load(&config("idx", &[&path, "dev=0"]), true, 1).unwrap();
    assert_eq!(data.shape, [1, 1, 2]);
    assert_eq!(data.inputs, Inputs::Bytes { values: (1..=10).collect(), maximum: 255.0 });
    let Targets::Classes { labels, count, .. } = &data.targets else {
        panic!("labels are classes");
    };
    assert_eq!((labels.as_slice(), *count), (&[0, 1, 2, 2, 0][..], 3));
    assert_eq!((data.train, data.dev, data.test), (vec![0, 1, 2], vec![], vec![3, 4]));
}

#[test]
fn labels_out_of_range_name_file_and_row() {
    let bad = folder(&[0, 1, 2], &[0, 3]);
    let error = message(load(bad.path(), None, Some(3), None));
    assert!(
        error.ends_with("t10k-labels-idx1-ubyte.gz, row 2: the label is 3, but the 3 classes count from 0"),
        "{error}"
    );
    let bad = folder(&[0, 10, 2], &[0, 1]);
    let error = message(load(bad.path(), Some(&CLOTHES), None, None));
    assert!(error.contains("train-labels-idx1-ubyte, row 2: the label is 10"), "{error}");
}

#[test]
fn counts_must_agree() {
    let bad = folder(&[0, 1], &[0, 1]);
    let error = message(load(bad.path(), None, Some(3), None));
    assert!(error.ends_with("train-labels-idx1-ubyte: 2 labels for 3 pictures"), "{error}");
}

#[test]
fn missing_files_and_folders_are_named() {
    let empty = tempfile::tempdir().unwrap();
    let error = message(load(empty.path(), None, None, None));
    assert!(error.contains("train-images-idx3-ubyte.gz"), "{error}");
    let nowhere = empty.path().join("nowhere");
    let path = format!("path={}", nowhere.display());
    let error = message(crate::data::load(&config("fashion-mnist", &[&path]), true, 1));
    assert!(error.starts_with(&format!("{}: there is no such folder", nowhere.display())));
    assert!(error.contains("dataset-fashion-mnist"), "{error}");
}

#[test]
fn damaged_files_are_refused() {
    let good = idx(&[2, 1, 2], &[1, 2, 3, 4]);
    assert_eq!(parse("f", &good, 3, None).unwrap().lengths, [2, 1, 2]);
    let packed = gzip(&good);
    assert_eq!(parse("f", &packed, 3, None).unwrap().bytes, [1, 2, 3, 4]);
    // Every truncation, packed or not, down to the empty file.
    for end in 0..good.len() {
        let error = message(parse("f", &good[..end], 3, None));
        assert!(error.contains("truncated"), "{end} bytes: {error}");
    }
    for end in 0..packed.len() {
        assert!(parse("f", &packed[..end], 3, None).is_err(), "{end} packed bytes");
    }
    let error = message(parse("f", &packed[..packed.len() - 4], 3, None));
    assert_eq!(error, "f: the file is truncated");
    // A flipped bit in the checksum.
    let mut flipped = packed.clone();
    let checksum = flipped.len() - 6;
    flipped[checksum] ^= 1;
    let error = message(parse("f", &flipped, 3, None));
    assert!(error.starts_with("f: the file is damaged"), "{error}");
    let longer = [&good[..], &[0]].concat();
    assert!(message(parse("f", &longer, 3, None)).contains("there is more behind the 4 bytes"));
    let error = message(parse("f", &good, 1, None));
    assert!(error.starts_with("f: the magic number is 0x00000803, not 0x00000801"), "{error}");
    let huge = idx(&[u32::MAX, u32::MAX, u32::MAX], &[]);
    assert!(message(parse("f", &huge, 3, None)).contains("too much"));
}

/// The Debian package, where it is installed: without it there is nothing to test here.
#[test]
fn fashion_mnist_is_read() {
    let folder = Path::new("/usr/share/datasets/fashion-mnist");
    if !folder.is_dir() {
        eprintln!("the package dataset-fashion-mnist is not installed");
        return;
    }
    let examples = load(folder, Some(&CLOTHES), None, None).unwrap();
    assert_eq!(examples.shape, [1, 28, 28]);
    assert_eq!(examples.inputs.len(), 70_000 * 784);
    assert_eq!((examples.targets.len(), examples.test), (70_000, Some(10_000)));
    let Targets::Classes { labels, .. } = examples.targets else {
        panic!("labels are classes");
    };
    for class in 0..10 {
        let of_it = labels.iter().filter(|label| **label == class).count();
        assert_eq!(of_it, 7000, "class {class}");
    }
}
