//! MNIST's four files.

use super::{Case, File, bytes::*};

fn idx(lengths: &[u32], bytes: &[u8]) -> Vec<u8> {
    let lengths: Vec<u8> = lengths.iter().flat_map(|length| length.to_be_bytes()).collect();
    [&[0, 0, 8, (lengths.len() / 4) as u8], &lengths[..], bytes].concat()
}

const NAMES: [&str; 4] =
    ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];

/// Four files, of which one is another.
fn with(at: usize, other: Vec<u8>) -> Vec<File> {
    let pictures = idx(&[3, 1, 2], &[1, 2, 3, 4, 5, 6]);
    let mut files = [pictures.clone(), idx(&[3], &[0, 1, 0]), pictures, idx(&[3], &[1, 0, 1])];
    files[at] = other;
    NAMES.into_iter().zip(files).collect()
}

/// Without one of the four.
fn without(at: usize) -> Vec<File> {
    let mut files = with(at, vec![]);
    files.remove(at);
    files
}

pub fn cases() -> Vec<Case> {
    let good = idx(&[3, 1, 2], &[1, 2, 3, 4, 5, 6]);
    let case = |name, at, other: Vec<u8>, place, help| Case::new(name, "idx", with(at, other), place, help);
    let images = "train-images-idx3-ubyte: ";
    let mut kinds = good.clone();
    kinds[2] = 0x0d;
    let mut backwards = good.clone();
    backwards[..4].reverse();
    let huge = idx(&[u32::MAX; 3], &[]);
    let mut packed = gzip(&good);
    let sum = packed.len() - 8;
    packed[sum] ^= 1;
    vec![
        Case::new("no folder", "idx", vec![], "nowhere: ", "there is no such folder").path("nowhere"),
        Case::new("an empty folder", "idx", vec![], "HERE: none of these files is there", "train-images-idx3-ubyte.gz"),
        Case::new("no training labels", "idx", without(1), "HERE: ", "train-labels-idx1-ubyte"),
        Case::new("no test pictures", "idx", without(2), "HERE: ", "t10k-images-idx3-ubyte"),
        Case::new("no test labels", "idx", without(3), "HERE: ", "t10k-labels-idx1-ubyte"),
        Case::new("a file for a folder", "idx", with(0, good.clone()), NAMES[0], "").path(NAMES[0]),
        Case::new("a pipe for pictures", "idx", without(0), "HERE: ", "train-images")
            .prepare(|here| pipe(&here.join(NAMES[0]))),
        Case::new("a folder for pictures", "idx", without(0), "HERE: ", "train-images")
            .prepare(|here| std::fs::create_dir(here.join(NAMES[0])).expect("a folder")),
        Case::new("a hole for pictures", "idx", without(0), images, "begins with 4096 zeros")
            .prepare(|here| hole(&here.join(NAMES[0]), 3 << 30)),
        case("pictures of nothing", 0, vec![], images, "truncated"),
        case("labels for pictures", 0, idx(&[3], &[0, 1, 0]), images, "not 0x00000803"),
        case("pictures for labels", 1, good.clone(), "train-labels-idx1-ubyte: ", "not 0x00000801"),
        case("pictures of reals", 0, kinds, images, "the magic number is 0x00000d03"),
        case("a magic number backwards", 0, backwards, images, "the magic number is 0x03080000"),
        case("a web page", 0, b"<!DOCTYPE html><html>".to_vec(), images, "this is not such an IDX file"),
        case("a header cut off", 0, good[..9].to_vec(), images, "truncated"),
        case("pixels cut off", 0, good[..good.len() - 1].to_vec(), images, "needs 6 bytes, and 5 are there"),
        case("pixels too many", 0, [&good[..], &[0]].concat(), images, "there is more behind the 6 bytes"),
        case("no pictures", 0, idx(&[0, 1, 2], &[]), images, "there are no pictures"),
        case("pictures without height", 0, idx(&[3, 0, 2], &[]), images, "there are no pictures"),
        case("too large to count", 0, huge.clone(), images, "which is too much"),
        case("too large to count, packed", 0, gzip(&huge), images, "which is too much"),
        case("more pictures than bytes", 0, idx(&[60_000, 28, 28], &[0; 9]), images, "needs 47040000 bytes"),
        case("4 GiB announced", 0, idx(&[65_535, 255, 257], &[0; 9]), images, ""),
        case(
            "fewer labels than pictures",
            1,
            idx(&[2], &[0, 1]),
            "train-labels-idx1-ubyte: ",
            "2 labels for 3 pictures",
        ),
        case("more labels than pictures", 3, idx(&[4], &[0; 4]), "t10k-labels-idx1-ubyte: ", "4 labels for 3 pictures"),
        Case::new(
            "an eleventh kind of clothes",
            "fashion-mnist",
            with(3, idx(&[3], &[0, 10, 1])),
            "t10k-labels-idx1-ubyte, row 2: ",
            "the label is 10",
        ),
        case(
            "test pictures of another size",
            2,
            idx(&[3, 2, 1], &[0; 6]),
            "t10k-images-idx3-ubyte: ",
            "pictures of [2, 1] pixels",
        ),
        case("a checksum of others", 0, packed.clone(), images, "the file is damaged"),
        case("packed and cut off", 0, packed[..packed.len() - 9].to_vec(), images, "truncated"),
        case("a bomb behind a header", 0, bomb(&idx(&[4000, 1000, 1000], &[]), 0, 300), images, "set data.largest"),
        case("a bomb of other things", 0, bomb(&good, 0, 300), images, "there is more behind the 6 bytes"),
    ]
}
