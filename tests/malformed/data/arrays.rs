//! NumPy's arrays, alone and in archives.

use std::io::{Cursor, Write};

use zip::{CompressionMethod, ZipWriter, unstable::write::FileOptionsExt, write::SimpleFileOptions};

use super::{Case, bytes::*};

/// An .npy file with this text in its header.
fn npy(header: &str, body: &[u8]) -> Vec<u8> {
    [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), body].concat()
}

fn array(kind: &str, shape: &str, body: &[u8]) -> Vec<u8> {
    npy(&format!("{{'descr': {kind}, 'fortran_order': False, 'shape': {shape}, }}\n"), body)
}

fn bytes(shape: &str, body: &[u8]) -> Vec<u8> {
    array("'|u1'", shape, body)
}

fn reals(shape: &str, values: &[f64]) -> Vec<u8> {
    array("'<f8'", shape, &values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>())
}

fn y() -> Vec<u8> {
    bytes("(2,)", &[0, 1])
}

fn archive(entries: &[(&str, &[u8])], options: SimpleFileOptions) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(vec![]));
    for (name, contents) in entries {
        archive.start_file(*name, options).expect("memory");
        archive.write_all(contents).expect("memory");
    }
    archive.finish().expect("memory").into_inner()
}

/// Entries without compression.
fn stored(entries: &[(&str, &[u8])]) -> Vec<u8> {
    archive(entries, SimpleFileOptions::default().compression_method(CompressionMethod::Stored))
}

/// An array with this beginning and 128 MiB of zeros, packed; never in memory as a whole, which would count as that
/// of the runs that begin from here.
fn zeros(start: &[u8]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(vec![]));
    archive.start_file("x.npy", SimpleFileOptions::default()).expect("memory");
    archive.write_all(start).expect("memory");
    (0..128).for_each(|_| archive.write_all(&vec![0; 1 << 20]).expect("memory"));
    archive.start_file("y.npy", SimpleFileOptions::default()).expect("memory");
    archive.write_all(&y()).expect("memory");
    archive.finish().expect("memory").into_inner()
}

pub fn cases() -> Vec<Case> {
    let x = |name, x: Vec<u8>, help| Case::new(name, "npy", vec![("x.npy", x), ("y.npy", y())], "x.npy", help);
    let two = |shape: &str| bytes(shape, &[1, 2, 3, 4, 5, 6]);
    let mut later = two("(2, 3)");
    later[6] = 9;
    let y_of =
        |name, y: Vec<u8>, help| Case::new(name, "npy", vec![("x.npy", two("(3, 2)")), ("y.npy", y)], "y.npy", help);
    let mut cases = vec![
        x("an array of nothing", vec![], "truncated"),
        x("an array of text", b"1,2,3\n4,5,6\n7,8,9\n".to_vec(), "it does not begin as np.save's do"),
        x("an array without a header", b"\x93NUMPY\x01\x00\x10\x00".to_vec(), "truncated"),
        x("an array of a version to come", later, ""),
        x("a header of 4 GiB", [b"\x93NUMPY\x02\x00\xff\xff\xff\xff", &[b' '; 90][..]].concat(), "10000 are the most"),
        x("a header of brackets", npy(&"(".repeat(9000), &[]), "brackets within brackets"),
        x("a header that is no dictionary", npy("[1, 2]", &[0; 9]), "damaged"),
        x("a header of nothing", npy("", &[0; 9]), "damaged"),
        x("a header without a shape", npy("{'descr': '|u1', 'fortran_order': False}", &[0; 9]), "damaged"),
        x("objects", array("'|O'", "(2,)", b"\x80\x03]"), "the type '|O' is not read"),
        x("words", array("'<U3'", "(2,)", &[0; 24]), "np.unique(names, return_inverse=True)"),
        x("complex numbers", array("'<c8'", "(2,)", &[0; 16]), "real and imaginary parts"),
        x("a record", array("[('a', '<f4'), ('b', '<i4')]", "(2,)", &[0; 16]), "the columns of one array"),
        x("dates", array("'<M8[D]'", "(2,)", &[0; 16]), "is not read"),
        x("reals of 16 bytes", array("'<f16'", "(2,)", &[0; 32]), "astype(\"float32\")"),
        x("a single number", bytes("()", &[1]), "the first axis counts the examples"),
        x("no examples", bytes("(0, 3)", &[]), "there are no examples"),
        x("examples of no numbers", bytes("(2, 0)", &[]), "examples of no numbers"),
        x("a negative shape", bytes("(-1, 2)", &[0; 2]), "damaged"),
        x("2^64 examples", bytes("(18446744073709551616,)", &[0; 2]), "damaged"),
        x("2^63 examples", bytes("(9223372036854775808, 2)", &[0; 2]), "too much"),
        x("a shape that wraps to 0", reals("(4294967296, 4294967296)", &[]), "too much"),
        x("a shape that wraps to 2", reals("(9223372036854775809, 2)", &[1.0]), "too much"),
        x("a terabyte", reals("(1000000, 131072)", &[1.0]), "set data.largest"),
        x("an array cut off", two("(2, 4)"), "needs 8 bytes, and 6 are there"),
        x("an array with more", two("(2, 2)"), "there is more behind the 4 bytes"),
        x("NaN", reals("(2, 2)", &[1.0, 2.0, 3.0, f64::NAN]), "number 2 of the example is NaN"),
        x("infinity in the first row", reals("(2, 1)", &[f64::INFINITY, 1.0]), "row 1: number 1 of the example is inf"),
        x("beyond f32", reals("(2, 1)", &[1.0, 1e300]), "all must be finite"),
        x("channels that may be last", bytes("(2, 9, 9, 3)", &[0; 486]), "set data.channels"),
        y_of("more examples than targets", y(), "2 targets for the 3 examples"),
        y_of("a negative class", reals("(3,)", &[0.0, -1.0, 1.0]), ", row 2: -1 is no class"),
        y_of("half a class", reals("(3,)", &[0.0, 0.5, 1.0]), ", row 2: 0.5 is no class"),
        y_of("a class of many", array("'<i8'", "(3,)", &[[0; 8], [1, 0, 0, 0, 0, 0, 0, 9], [0; 8]].concat()), ""),
        y_of("rows for classes", bytes("(3, 2)", &[1, 0, 1, 0, 0, 1]), "y.argmax(axis=1)"),
    ];
    let set = |name, files: Vec<_>, help| Case::new(name, "npy", files, "", help);
    cases.extend([
        set("no array", vec![("notes.txt", b"none".to_vec())], "there is no array at all"),
        set(
            "arrays without names",
            vec![("arr_0.npy", y()), ("arr_1.npy", y())],
            "np.savez(file, x=…, y=…) names them",
        ),
        set("an array misspelt", vec![("x_trian.npy", y()), ("y_train.npy", y())], "is it `x_trian`?"),
        set(
            "a test set without targets",
            vec![("x_train.npy", y()), ("y_train.npy", y()), ("x_test.npy", y())],
            "`y_test`",
        ),
        set("one array", vec![("x.npy", y())], "set data.path to the folder that holds it").path("x.npy"),
        set("a table", vec![("t.npz", b"1,2,0\n".to_vec())], "this is no .npz archive").path("t.npz"),
        set(
            "another shape of test set",
            vec![
                ("x_train.npy", two("(2, 3)")),
                ("y_train.npy", y()),
                ("x_test.npy", bytes("(2, 2)", &[0; 4])),
                ("y_test.npy", y()),
            ],
            "examples of [2], where those of",
        ),
        set(
            "another type of test set",
            vec![
                ("x_train.npy", two("(2, 3)")),
                ("y_train.npy", y()),
                ("x_test.npy", reals("(2, 3)", &[0.0; 6])),
                ("y_test.npy", y()),
            ],
            "one type is wanted",
        ),
        set("a pipe for an array", vec![("y.npy", y())], "this is a pipe").prepare(|here| pipe(&here.join("x.npy"))),
    ]);
    let good = stored(&[("x.npy", &two("(2, 3)")), ("y.npy", &y())]);
    let packed = SimpleFileOptions::default();
    let zip =
        |name, contents: Vec<u8>, help| Case::new(name, "npy", vec![("a.npz", contents)], "a.npz", help).path("a.npz");
    let mut flipped = good.clone();
    let at = flipped.windows(4).position(|part| part == [1, 2, 3, 4]).expect("the body");
    flipped[at] ^= 1;
    let mut method = good.clone();
    method.iter_mut().skip(8).take(1).for_each(|byte| *byte = 14);
    let central = method.windows(4).position(|part| part == b"PK\x01\x02").expect("a directory");
    method[central + 10] = 99;
    cases.extend([
        zip("an archive cut off", good[..good.len() - 9].to_vec(), "the archive is damaged"),
        zip("an archive of its first bytes", good[..40].to_vec(), "the archive is damaged"),
        zip("an archive of noise", b"PK\x03\x04noise".repeat(9), "the archive is damaged"),
        zip("an archive of nothing", stored(&[]), "there is no array at all"),
        zip("a flipped bit in an archive", flipped, "damaged"),
        zip("an archive packed by another method", method, "compression method not supported"),
        zip(
            "an archive behind a password",
            archive(
                &[("x.npy", &y()), ("y.npy", &y())],
                packed.with_deprecated_encryption(b"secret").expect("a password"),
            ),
            "assword",
        ),
        zip("names that lead elsewhere", stored(&[("../x.npy", &y()), ("/y.npy", &y())]), "there is no array"),
        zip("a bomb that is announced", zeros(&bytes("(2, 67108864)", &[])), "set data.largest"),
        zip("a bomb that is not announced", zeros(&bytes("(2, 3)", &[])), "there is more behind the 6 bytes"),
        zip("a folder in an archive", stored(&[("x.npy/", b""), ("y.npy", &y())]), "there is no array"),
    ]);
    cases
}
