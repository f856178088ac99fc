use std::io::Write;

use super::*;
use crate::data::tests::config;

/// Records with these labels; the pixels of each are its number.
fn records(labels: &[&[u8]]) -> Vec<u8> {
    let record = |(at, label): (usize, &&[u8])| [label, &vec![at as u8; PIXELS][..]].concat();
    labels.iter().enumerate().flat_map(record).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Two pictures in each training file but the fifth, which has one and is gzip; three test.
fn ten(folder: &Path) {
    for name in &TEN.train[..4] {
        std::fs::write(folder.join(name), records(&[&[3], &[9]])).unwrap();
    }
    std::fs::write(folder.join("data_batch_5.bin.gz"), gzip(&records(&[&[0]]))).unwrap();
    std::fs::write(folder.join("test_batch.bin"), records(&[&[1], &[2], &[4]])).unwrap();
}

fn message(folder: &Path, set: &Set) -> String {
    read(set, folder).unwrap_err().to_string()
}

#[test]
fn six_files_are_one_set_in_their_order() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("cifar-10-batches-bin");
    std::fs::create_dir(&folder).unwrap();
    ten(&folder);
    std::fs::write(folder.join("batches.meta.txt"), "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n").unwrap();
    let path = format!("path={}", root.path().display());
    let data = crate::data::load(&config("cifar10", &[&path, "dev=0"]), true, 1).unwrap();
    assert_eq!((data.shape.as_slice(), data.train.len(), data.test.len()), (&[3, 32, 32][..], 9, 3));
    let Targets::Classes { labels, count, names } = &data.targets else { panic!("labels are classes") };
    assert_eq!(labels, &[3, 9, 3, 9, 3, 9, 3, 9, 0, 1, 2, 4]);
    assert_eq!((*count, names.as_ref().unwrap()[9].as_str()), (10, "j"));
    let first: Vec<f32> = (0..12).map(|example| data.inputs.get(example * PIXELS)).collect();
    assert_eq!(first, [0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 2.0]);
}

#[test]
fn the_fine_label_of_a_hundred_counts() {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("train.bin"), records(&[&[19, 99], &[0, 7]])).unwrap();
    std::fs::write(root.path().join("test.bin"), records(&[&[4, 50]])).unwrap();
    let examples = read(&HUNDRED, root.path()).unwrap();
    let expected = Targets::Classes { labels: vec![99, 7, 50], count: 100, names: None };
    assert_eq!((examples.targets, examples.test), (expected, Some(1)));
}

#[test]
fn damage_names_file_and_row() {
    let root = tempfile::tempdir().unwrap();
    ten(root.path());
    let put = |name: &str, bytes: &[u8]| std::fs::write(root.path().join(name), bytes).unwrap();
    put("data_batch_2.bin", &records(&[&[3], &[10]]));
    let error = message(root.path(), &TEN);
    assert!(error.ends_with("data_batch_2.bin, row 2: the label is 10, but the 10 classes count from 0"), "{error}");
    put("data_batch_2.bin", &records(&[&[3], &[9]])[..2 * PIXELS]);
    let error = message(root.path(), &TEN);
    assert!(error.contains("data_batch_2.bin, row 2: the record is truncated: 3071 bytes, where 3073"), "{error}");
    put("data_batch_2.bin", &[]);
    assert!(message(root.path(), &TEN).ends_with("data_batch_2.bin: the file is empty"));
    put("data_batch_2.bin", &records(&[&[3]]));
    put("batches.meta.txt", b"only one");
    assert!(message(root.path(), &TEN).ends_with("batches.meta.txt: 1 names, where there are 10 classes"));
    std::fs::remove_file(root.path().join("data_batch_4.bin")).unwrap();
    assert!(message(root.path(), &TEN).contains("none of these files is there: data_batch_4.bin, data_batch_4.bin.gz"));
}
