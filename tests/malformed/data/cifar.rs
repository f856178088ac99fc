//! CIFAR's binary files, and its pickles.

use super::{Case, File, bytes::*};

const PIXELS: usize = 3072;

const BINARY: [&str; 6] = [
    "data_batch_1.bin",
    "data_batch_2.bin",
    "data_batch_3.bin",
    "data_batch_4.bin",
    "data_batch_5.bin",
    "test_batch.bin",
];

/// A picture of this class.
fn record(label: u8) -> Vec<u8> {
    [vec![label], vec![7; PIXELS]].concat()
}

/// Six files, of which the second is another.
fn with(other: Vec<u8>) -> Vec<File> {
    BINARY.into_iter().enumerate().map(|(at, name)| (name, if at == 1 { other.clone() } else { record(3) })).collect()
}

/// A pickled dictionary of what these opcodes make.
fn pickle(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let entry = |(key, value): &(&str, Vec<u8>)| [&[b'U', key.len() as u8], key.as_bytes(), &value[..]].concat();
    [b"\x80\x02}(".to_vec(), entries.iter().flat_map(entry).collect(), b"u.".to_vec()].concat()
}

fn labels(labels: &[u8]) -> Vec<u8> {
    [b"](".to_vec(), labels.iter().flat_map(|label| [b'K', *label]).collect(), b"e".to_vec()].concat()
}

/// NumPy's array of one picture: its type, the mark of its order, its pixels.
fn array(kind: &[u8], order: u8, pixels: usize) -> Vec<u8> {
    [
        b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R(K\x01K\x01M\x00\x0c\x86cnumpy\ndtype\n(U\x02",
        kind,
        b"K\x00K\x01tR",
        &[order],
        b"T",
        &(pixels as u32).to_le_bytes(),
        &vec![9; pixels],
        b"tb",
    ]
    .concat()
}

pub fn cases() -> Vec<Case> {
    let binary = |name, other, place, help| Case::new(name, "cifar10", with(other), place, help);
    let second = "data_batch_2.bin";
    let mut cases = vec![
        Case::new("no CIFAR", "cifar10", vec![], "HERE: neither version is here", "data_batch_1.bin"),
        Case::new("one file of CIFAR", "cifar10", vec![(BINARY[0], record(1))], "HERE: ", "data_batch_2.bin"),
        Case::new("no test pictures", "cifar10", with(record(1))[..5].to_vec(), "HERE: ", "test_batch.bin"),
        Case::new(
            "too few names",
            "cifar10",
            [with(record(1)), vec![("batches.meta.txt", b"cat\ndog\n".to_vec())]].concat(),
            "batches.meta.txt: ",
            "2 names, where there are 10 classes",
        ),
        Case::new(
            "a superclass of none",
            "cifar100",
            vec![("train.bin", [vec![20], record(5)].concat()), ("test.bin", [vec![0], record(5)].concat())],
            "train.bin, row 1: ",
            "the label is 20",
        )
        .set("model.layers.1.units=100"),
        Case::new("a pipe of CIFAR", "cifar10", with(record(1))[1..].to_vec(), "HERE: ", "none of these files is")
            .prepare(|here| pipe(&here.join(BINARY[0]))),
        binary("an empty batch", vec![], second, "the file is empty"),
        binary(
            "a record cut off",
            record(1)[..PIXELS].to_vec(),
            "data_batch_2.bin, row 1: ",
            "the record is truncated",
        ),
        binary(
            "the second record cut off",
            [record(1), record(1)].concat()[..PIXELS + 9].to_vec(),
            "data_batch_2.bin, row 2: ",
            "truncated",
        ),
        binary("an eleventh class", [record(1), record(10)].concat(), "data_batch_2.bin, row 2: ", "the label is 10"),
        binary("records of CIFAR-100", [vec![4], record(50)].concat().repeat(2), second, ""),
        binary("a packed batch cut off", gzip(&record(1))[..20].to_vec(), second, "truncated"),
        binary("a bomb of records", bomb(&record(1), 1, 300), second, "set data.largest"),
    ];
    let good = || array(b"u1", 0x89, PIXELS);
    let python = |name, contents: Vec<u8>, help| {
        Case::new(name, "cifar10", vec![("data_batch_1", contents)], "data_batch_1", help)
    };
    let of = |data: Vec<u8>, own: &[u8]| pickle(&[("data", data), ("labels", labels(own))]);
    cases.extend([
        python(
            "a pickle nested 20,000 deep",
            [b"]".repeat(20_000), b"a".repeat(19_999), b".".to_vec()].concat(),
            "no dictionary with `labels`",
        ),
        python("tuples in tuples", [b"N".to_vec(), b"\x85".repeat(500_000), b".".to_vec()].concat(), "no dictionary"),
        python("a dictionary nested in itself", b"}q\0U\x06labelsh\0s.".to_vec(), "`labels` is no list"),
        python(
            "two to the thousandth copies",
            [b"]".to_vec(), b"2\x86".repeat(1000), b".".to_vec()].concat(),
            "no dictionary",
        ),
        python("marks without end", b"(".repeat(9_000_000), "more than 2097152 instructions"),
        python("a pickle cut off", of(good(), &[1])[..900].to_vec(), "the pickle is damaged"),
        python("no pickle", b"no pickle at all".to_vec(), "the pickle is damaged"),
        python("an empty pickle", vec![], "the file is empty"),
        python("a text of 2^63 bytes", b"\x80\x04\x8e\0\0\0\0\0\0\0\x80.".to_vec(), "it ends too early"),
        python("a value that was never kept", b"h\x07.".to_vec(), "there is no value 7"),
        python("an object of somewhere else", b"Pthere\n.".to_vec(), "0x50"),
        python("a stack of nothing", b"R.".to_vec(), "a value is wanted"),
        python("no labels", pickle(&[("data", good())]), "`labels` is missing"),
        python("no pictures", pickle(&[("labels", labels(&[1]))]), "`data` is missing"),
        python(
            "labels of text",
            pickle(&[("data", good()), ("labels", b"](U\x01ae".to_vec())]),
            "row 1: the label is no whole number",
        ),
        python("a label of no class", of(good(), &[10]), "row 1: the label is 10"),
        python("two labels for a picture", of(good(), &[1, 2]), "where the 2 labels want [2, 3072]"),
        python("pictures of signed bytes", of(array(b"i1", 0x89, PIXELS), &[1]), "where uint8 is wanted"),
        python("pictures in columns", of(array(b"u1", 0x88, PIXELS), &[1]), "Fortran"),
        python("a picture too short", of(array(b"u1", 0x89, 9), &[1]), "and 9 bytes"),
        python("a list for an array", of(labels(&[1, 2]), &[1]), "`data` is no array of bytes"),
    ]);
    cases
}
