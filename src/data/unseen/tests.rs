use std::path::PathBuf;

use super::*;
use crate::data::tests::config;
use crate::data::{Normalization, Predicted};

fn signature(shape: &[usize], maximum: Option<f32>) -> Signature {
    let plane = shape[1..].iter().product();
    let normalization = Normalization { scale: vec![1.0; shape[0]], offset: vec![0.0; shape[0]], plane };
    let targets = Predicted::Classes { count: 2, names: None };
    Signature {
        name: "t".into(),
        shape: shape.to_vec(),
        maximum,
        normalization,
        targets,
        table: None,
        map: None,
        fingerprint: None,
    }
}

/// A folder with one file.
fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn message(bytes: &[u8], overrides: &[&str], shape: &[usize]) -> String {
    let (_folder, path) = file("t", bytes);
    let error =
        unseen(&path, &config("digits", overrides), &signature(shape, Some(255.0)), false).unwrap_err().to_string();
    error.strip_prefix(&path.display().to_string()).unwrap().to_string()
}

fn floats(bytes: &[u8], overrides: &[&str], shape: &[usize]) -> Vec<f32> {
    let (_folder, path) = file("t", bytes);
    let unseen = unseen(&path, &config("csv", overrides), &signature(shape, None), false).unwrap();
    assert_eq!(unseen.names[0], "0");
    assert_eq!(unseen.names.len() * shape.iter().product::<usize>(), unseen.inputs.len());
    (0..unseen.inputs.len()).map(|at| unseen.inputs.get(at)).collect()
}

/// An array of u8 as np.save writes it.
fn npy(shape: &str, values: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}\n");
    let length = (header.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), values].concat()
}

fn picture(height: u32, width: u32, value: u8) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(vec![]);
    image::GrayImage::from_pixel(width, height, image::Luma([value]))
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

#[test]
fn csv_is_read_with_and_without_the_target() {
    assert_eq!(floats(b"1,2\n3,4\n", &[], &[2]), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(floats(b"1,2,9\n3,4,9\n", &[], &[2]), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(floats(b"9,1,2\n9,3,4\n", &["target=first"], &[2]), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(floats(b"a,y,b\n1,9,2\n", &["header=true", "target=y"], &[2]), [1.0, 2.0]);
    assert_eq!(floats(b"a,b\n1,2\n", &["header=true", "target=y"], &[2]), [1.0, 2.0]);
    // A row of a table is a picture's pixels too.
    assert_eq!(floats(b"1,2,3,4\n", &[], &[1, 2, 2]), [1.0, 2.0, 3.0, 4.0]);
}

#[test]
fn arrays_are_read_in_their_own_shape_or_as_rows() {
    assert_eq!(floats(&npy("(2, 2)", &[1, 2, 3, 4]), &[], &[2]), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(floats(&npy("(1, 2, 2)", &[1, 2, 3, 4]), &[], &[1, 2, 2]), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(floats(&npy("(1, 4)", &[1, 2, 3, 4]), &[], &[1, 2, 2]), [1.0, 2.0, 3.0, 4.0]);
    let last = floats(&npy("(1, 1, 2, 2)", &[1, 2, 3, 4]), &["channels=last"], &[2, 1, 2]);
    assert_eq!(last, [1.0, 3.0, 2.0, 4.0]);
}

#[test]
fn idx_is_read_packed_or_not() {
    let bytes = [&[0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1][..], &[7, 8]].concat();
    assert_eq!(floats(&bytes, &[], &[1, 2, 1]), [7.0, 8.0]);
    let mut packed = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, &bytes).unwrap();
    assert_eq!(floats(&packed.finish().unwrap(), &[], &[1, 2, 1]), [7.0, 8.0]);
}

#[test]
fn pictures_have_their_files_names_and_white_is_white() {
    let (folder, path) = file("b.png", &picture(1, 2, 255));
    std::fs::write(folder.path().join("a.png"), picture(1, 2, 51)).unwrap();
    std::fs::write(folder.path().join("notes.txt"), "no picture").unwrap();
    let digits = unseen(folder.path(), &config("digits", &[]), &signature(&[1, 1, 2], Some(16.0)), false).unwrap();
    assert_eq!(digits.names, ["a.png", "b.png"]);
    assert_eq!(digits.inputs, Inputs::Floats(vec![3.2, 3.2, 16.0, 16.0]));
    let colours = unseen(&path, &config("digits", &[]), &signature(&[3, 1, 2], Some(255.0)), false).unwrap();
    assert_eq!(colours.names, ["b.png"]);
    assert_eq!(colours.inputs, Inputs::Bytes { values: vec![255; 6], maximum: 255.0 });
    let resized =
        unseen(&path, &config("digits", &["resize=[2,1]"]), &signature(&[1, 2, 1], Some(255.0)), false).unwrap();
    assert_eq!(resized.inputs.len(), 2);
}

#[test]
fn what_does_not_fit_is_named_with_both_shapes() {
    let idx = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 5];
    let picture = picture(3, 2, 9);
    for (bytes, shape, parts) in [
        (&b"1,2\n"[..], &[4][..], ["examples of [2] columns", "the network takes [4]"]),
        (b"1,2,3,4\n1,2,3\n", &[4], [", row 2: 3 columns", "4 are wanted"]),
        (b"1,2\nx,4\n", &[2], [", row 2: column 1", "\"x\" is not a finite number"]),
        (b"a,b\nc,d\n", &[2], [", row 1: column 1", "set data.header = true"]),
        (b"", &[2], ["there are no rows", ""]),
        (&npy("(2, 3)", &[0; 6]), &[1, 2, 2], ["examples of [3]", "the network takes [1, 2, 2]"]),
        (&npy("(2, 4, 4)", &[0; 32]), &[3, 4, 4], ["examples of [4, 4]", "the network takes [3, 4, 4]"]),
        (&idx, &[1, 2, 2], ["examples of [1, 1]", "the network takes [1, 2, 2]"]),
        (&idx, &[4], ["examples of [1, 1]", "the network takes [4]"]),
        (&idx[..15], &[1, 1, 1], ["the file is truncated", ""]),
        (&[0, 0, 8, 0, 7], &[1], ["examples of []", "the network takes [1]"]),
        (&[0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0, 2], &[2], ["there are no examples", ""]),
        (&[0x1f, 0x8b, 8, 0], &[2], ["the file is truncated", ""]),
        (&picture, &[1, 2, 2], ["a picture of [1, 3, 2]", "[1, 2, 2]; --set data.resize=[2,2]"]),
        (&picture, &[6], ["a picture", "the network takes [6]"]),
        (&picture[..40], &[1, 3, 2], ["can't be decoded", ""]),
        (b"PK\x03\x04nothing", &[2], ["the archive is damaged", ""]),
    ] {
        let message = message(bytes, &[], shape);
        assert!(parts.iter().all(|part| message.contains(part)), "{parts:?} are not in: {message}");
    }
}
