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
    for name in &TEN.versions[0].train[..4] {
        std::fs::write(folder.join(name), records(&[&[3], &[9]])).unwrap();
    }
    std::fs::write(folder.join("data_batch_5.bin.gz"), gzip(&records(&[&[0]]))).unwrap();
    std::fs::write(folder.join("test_batch.bin"), records(&[&[1], &[2], &[4]])).unwrap();
}

fn message(folder: &Path, set: &Set) -> String {
    read(set, folder, None).unwrap_err().to_string()
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
    let examples = read(&HUNDRED, root.path(), None).unwrap();
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

/// What Python 2 pickles by protocol 2: a dictionary of what these opcodes make.
fn pickle(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let entries = entries.iter().flat_map(|(key, value)| [text(key.as_bytes()), value.clone()].concat());
    [b"\x80\x02}q\x00(".to_vec(), entries.collect(), b"u.".to_vec()].concat()
}

/// Python 2's `str`, with a length in one byte or four.
fn text(bytes: &[u8]) -> Vec<u8> {
    let length = bytes.len() as u32;
    match u8::try_from(length) {
        Ok(length) => [&[b'U', length], bytes].concat(),
        Err(_) => [&b"T"[..], &length.to_le_bytes(), bytes].concat(),
    }
}

fn list(items: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    [b"](".to_vec(), items.into_iter().flatten().collect(), b"e".to_vec()].concat()
}

fn numbers(labels: &[u8]) -> Vec<u8> {
    list(labels.iter().map(|label| vec![b'K', *label]))
}

/// NumPy's uint8 array of `count` pictures, each of its number.
fn array(count: u8) -> Vec<u8> {
    let pixels: Vec<u8> = (0..count).flat_map(|at| [at; PIXELS]).collect();
    [
        &b"cnumpy.core.multiarray\n_reconstruct\nq\x01cnumpy\nndarray\nq\x02K\x00\x85U\x01b\x87R(K\x01K"[..],
        &[count],
        b"M\x00\x0c\x86cnumpy\ndtype\nq\x03U\x02u1K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89",
        &text(&pixels),
        b"tb",
    ]
    .concat()
}

fn batch(labels: &[u8]) -> Vec<u8> {
    let names = list(labels.iter().map(|_| text(b"a.png")));
    pickle(&[
        ("batch_label", text(b"training batch 1 of 5")),
        ("labels", numbers(labels)),
        ("data", array(labels.len() as u8)),
        ("filenames", names),
    ])
}

#[test]
fn the_python_version_is_read_where_the_binary_one_is_not_there() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("cifar-10-batches-py");
    std::fs::create_dir(&folder).unwrap();
    let put = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).unwrap();
    for name in &TEN.versions[1].train[..4] {
        put(name, &batch(&[3, 9]));
    }
    put("data_batch_5.gz", &gzip(&batch(&[0])));
    put("test_batch", &batch(&[1, 2, 4]));
    let names = list((b'a'..=b'j').map(|name| text(&[name])));
    put("batches.meta", &pickle(&[("num_cases_per_batch", b"M\x10\x27".to_vec()), ("label_names", names)]));
    let examples = read(&TEN, root.path(), None).unwrap();
    assert_eq!((examples.shape.as_slice(), examples.test), (&[3, 32, 32][..], Some(3)));
    let Targets::Classes { labels, names, .. } = &examples.targets else { panic!("labels are classes") };
    assert_eq!(labels, &[3, 9, 3, 9, 3, 9, 3, 9, 0, 1, 2, 4]);
    assert_eq!(names.as_ref().unwrap()[9], "j");
    let first: Vec<f32> = (0..12).map(|example| examples.inputs.get(example * PIXELS)).collect();
    assert_eq!(first, [0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 2.0]);
    // The binary version comes first.
    ten(root.path());
    std::fs::write(root.path().join("test_batch.bin"), records(&[&[8]])).unwrap();
    assert_eq!(read(&TEN, root.path(), None).unwrap().test, Some(1));
}

#[test]
fn the_fine_label_of_a_hundred_counts_in_pickles_too() {
    let root = tempfile::tempdir().unwrap();
    let put = |name: &str, labels: &[u8]| {
        let coarse = ("coarse_labels", numbers(&vec![0; labels.len()]));
        let bytes = pickle(&[coarse, ("fine_labels", numbers(labels)), ("data", array(labels.len() as u8))]);
        std::fs::write(root.path().join(name), bytes).unwrap();
    };
    put("train", &[99, 7]);
    put("test", &[50]);
    let examples = read(&HUNDRED, root.path(), None).unwrap();
    let expected = Targets::Classes { labels: vec![99, 7, 50], count: 100, names: None };
    assert_eq!((examples.targets, examples.test), (expected, Some(1)));
}

#[test]
fn damaged_pickles_name_file_and_row() {
    let refused = |bytes: &[u8], expected: &str| {
        let mut pictures = Pictures::default();
        let error = pickled::parse(&TEN, "data_batch_1", bytes, &mut pictures).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    let good = batch(&[3, 9]);
    for end in (0..good.len()).step_by(50) {
        refused(&good[..end], "data_batch_1: the pickle is damaged");
    }
    refused(b"no pickle at all", "data_batch_1: the pickle is damaged");
    refused(&batch(&[3, 10]), "data_batch_1, row 2: the label is 10, but the 10 classes count from 0");
    let other = |labels: &[u8], data| pickle(&[("labels", numbers(labels)), ("data", data)]);
    refused(&other(&[1], array(2)), "`data` has the shape [2, 3072] and 6144 bytes, where the 1 labels want [1, 3072]");
    refused(&other(&[1], numbers(&[1, 2])), "`data` is no array of bytes");
    refused(&pickle(&[("data", array(1))]), "`labels` is missing");
    refused(&numbers(&[1]), "the pickle is damaged, or none of the Python version: it ends too early, at byte 5");
    refused(&[&numbers(&[1])[..], b"."].concat(), "the pickle is no dictionary with `labels`");
    // A tuple may not reach below the mark.
    refused(b"N(\x85t.", "a value is wanted where none is left, at byte 3");
}

/// Each of these would once have ended the process, or taken all memory.
#[test]
fn pickles_that_only_want_to_do_harm_are_read_like_others() {
    let read = |bytes: &[u8]| pickle::Pickle::read(bytes).map(|pickle| pickle.root());
    let deep = [b"]".repeat(1_000_000), b"a".repeat(999_999), b".".to_vec()].concat();
    assert!(read(&deep).is_ok(), "a list within a list, a million times");
    let tuples = [b"N".to_vec(), b"\x85".repeat(1_000_000), b".".to_vec()].concat();
    assert!(read(&tuples).is_ok(), "a tuple within a tuple");
    // Two to the hundred-thousandth copies of nothing.
    let doubled = [b"]".to_vec(), b"2\x86".repeat(100_000), b".".to_vec()].concat();
    assert!(read(&doubled).is_ok());
    assert!(read(b"]q\x00h\x00a.").is_ok(), "a list of itself");
    let marks = [b"(".repeat(3_000_000), b".".to_vec()].concat();
    assert_eq!(read(&marks), Err("more than 2097152 instructions, at byte 2097152".into()));
    for huge in [&b"\x8e\xff\xff\xff\xff\xff\xff\xff\xff."[..], b"T\xff\xff\xff\xff.", b"\x8b\xff\xff\xff\xff."] {
        assert!(read(huge).unwrap_err().starts_with("it ends too early"));
    }
}

/// As Python 2 and 3 and NumPy write one picture, by each protocol; see tests/golden/cifar_pickles.py.
#[test]
fn pickles_of_every_protocol_say_the_same() {
    for protocol in [0, 1, 2, 3, 4, 5] {
        let file = format!("{}/tests/fuzz/pickle/protocol-{protocol}.gz", env!("CARGO_MANIFEST_DIR"));
        let packed = std::fs::read(&file).unwrap();
        let bytes = gzip::unpack(&file, &packed, None).unwrap();
        let mut pictures = Pictures::default();
        pickled::parse(&TEN, &file, &bytes, &mut pictures).unwrap();
        let pixels: Vec<u8> = (0..2 * PIXELS).map(|at| (at / 12) as u8).collect();
        assert_eq!((pictures.labels, pictures.pixels), (vec![7, 3], pixels), "{file}");
    }
}

#[test]
fn where_neither_version_is_both_are_named() {
    let root = tempfile::tempdir().unwrap();
    let error = message(root.path(), &HUNDRED);
    assert!(error.ends_with("none of these files is: train.bin, train.bin.gz, train, train.gz"), "{error}");
}
