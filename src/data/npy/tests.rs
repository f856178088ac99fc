use std::io::Write;

use zip::write::{SimpleFileOptions, ZipWriter};

use super::*;
use crate::data::tests::config;

/// What NumPy itself saved; see tests/golden/npy.py.
const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/npy.npz");

/// An .npy file with this text in its header.
fn file(header: &str, body: &[u8]) -> Vec<u8> {
    let length = (header.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), body].concat()
}

fn npy(kind: &str, shape: &str, body: &[u8]) -> Vec<u8> {
    file(&format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}"), body)
}

fn bytes(shape: &str, values: &[u8]) -> Vec<u8> {
    npy("|u1", shape, values)
}

fn reals(shape: &str, values: &[f64]) -> Vec<u8> {
    let body: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    npy("<f8", shape, &body)
}

/// A folder with these arrays.
fn folder(arrays: &[(&str, Vec<u8>)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in arrays {
        std::fs::write(folder.path().join(format!("{name}.npy")), bytes).unwrap();
    }
    folder
}

fn read(path: &Path, categorical: bool, overrides: &[&str]) -> Result<Examples, DataError> {
    load(path, &Request { config: &config("npy", overrides), categorical, seed: 0, known: None })
}

/// The error of these arrays without the path of their folder.
fn message(arrays: &[(&str, Vec<u8>)], categorical: bool) -> String {
    let folder = folder(arrays);
    let error = read(folder.path(), categorical, &[]).unwrap_err().to_string();
    error.replace(&format!("{}/", folder.path().display()), "").replace(&folder.path().display().to_string(), "FOLDER")
}

/// The error of these bytes as `x.npy`.
fn damage(x: Vec<u8>) -> String {
    message(&[("x", x), ("y", bytes("(2,)", &[0, 1]))], true)
}

#[test]
fn types_and_orders_are_read_as_numpy_saves_them() {
    let mut arrays = Arrays::open(Path::new(GOLDEN), None).unwrap();
    let numbers: Vec<f32> = (0..24).map(|number| number as f32).collect();
    for end in ["little", "big"] {
        for kind in ["u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8"] {
            let array = arrays.read(&format!("{end}_{kind}")).unwrap();
            assert_eq!(
                (array.lengths, array.numbers),
                (vec![4, 3, 2], Inputs::Floats(numbers.clone())),
                "{end} {kind}"
            );
        }
    }
    let bytes = arrays.read("little_u1").unwrap().numbers;
    assert_eq!(bytes, Inputs::Bytes { values: (0..24).collect(), maximum: 255.0 });
    let odd: Vec<f32> = (0..24).map(|number| (number % 2) as f32).collect();
    assert_eq!(arrays.read("bool").unwrap().numbers, Inputs::Floats(odd));
    let fortran = arrays.read("fortran").unwrap();
    assert_eq!((fortran.lengths, fortran.numbers), (vec![4, 3, 2], Inputs::Floats(numbers)));
    for (name, expected) in [
        ("objects", "the type '|O' is not read"),
        ("names", "np.unique(names, return_inverse=True)"),
        ("complex", "the type '<c16' is not read"),
        ("record", "save the fields as the columns of one array"),
        ("scalar", "a single number (its shape is ())"),
    ] {
        let error = arrays.read(name).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{GOLDEN}, {name}.npy: ")) && error.contains(expected), "{error}");
    }
}

#[test]
fn keras_s_pictures_have_their_channels_last() {
    // Of [2, 2, 3], nothing tells which are channels: the first are taken.
    assert_eq!(read(Path::new(GOLDEN), true, &[]).unwrap().shape, [2, 2, 3]);
    let path = format!("path={GOLDEN}");
    let data = crate::data::load(&config("npy", &[&path, "dev=0", "channels=last"]), true, 1).unwrap();
    assert_eq!((data.shape.as_slice(), data.train.len(), data.test.len()), (&[3, 2, 2][..], 3, 2));
    let Inputs::Bytes { values, maximum } = &data.inputs else { panic!("u8 stays u8") };
    assert_eq!(
        (&values[..24], *maximum),
        (&[0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11, 12, 15, 18, 21, 13, 16, 19, 22, 14, 17, 20, 23][..], 255.0)
    );
    assert_eq!(data.targets, Targets::Classes { labels: vec![0, 2, 1, 1, 0], count: 3, names: None });
    // Pixels are divided by the largest that there can be.
    assert_eq!((data.normalization.scale, data.normalization.plane), (vec![1.0 / 255.0; 3], 4));
}

#[test]
fn shapes_are_tables_pictures_or_what_channels_says() {
    let shape = |own: &str, size: u8, overrides: &[&str]| {
        let values: Vec<u8> = (0..2 * size).collect();
        let folder = folder(&[("x", bytes(&format!("(2, {own})"), &values)), ("y", bytes("(2, 1)", &[0, 1]))]);
        let examples = read(folder.path(), true, overrides).map_err(|error| error.to_string())?;
        let Inputs::Bytes { values, .. } = examples.inputs else { panic!("u8 stays u8") };
        Ok::<_, String>((examples.shape, values[..6].to_vec()))
    };
    let plain = vec![0, 1, 2, 3, 4, 5];
    assert_eq!(shape("6", 6, &[]), Ok((vec![6], plain.clone())));
    assert_eq!(shape("6", 6, &["channels=last"]), Ok((vec![6], plain.clone())));
    assert_eq!(shape("2, 3", 6, &[]), Ok((vec![1, 2, 3], plain.clone())));
    assert_eq!(shape("2, 3", 6, &["channels=first"]), Ok((vec![2, 3], plain.clone())));
    assert_eq!(shape("2, 3", 6, &["channels=last"]), Ok((vec![3, 2], vec![0, 3, 1, 4, 2, 5])));
    assert_eq!(shape("3, 5, 5", 75, &[]), Ok((vec![3, 5, 5], plain.clone())));
    assert_eq!(shape("5, 5, 3", 75, &["channels=first"]), Ok((vec![5, 5, 3], plain)));
    assert_eq!(shape("5, 1, 2, 3", 30, &["channels=last"]), Ok((vec![3, 5, 1, 2], vec![0, 3, 6, 9, 12, 15])));
    let error = shape("5, 5, 3", 75, &[]).unwrap_err();
    assert!(
        error.contains("x.npy: examples of [5, 5, 3] look as if their channels came last; set data.channels"),
        "{error}"
    );
}

#[test]
fn tables_are_standardised_and_split_and_their_values_regressed_on() {
    let x = reals("(4,)", &[1.0, 2.0, 3.0, 4.0]);
    let y = reals("(4, 2)", &[0.5, -1.0, 1.5, -2.0, 2.5, -3.0, 3.5, -4.0]);
    let folder = folder(&[("X", x), ("y", y)]);
    let path = format!("path={}", folder.path().display());
    let data = crate::data::load(&config("npy", &[&path, "dev=0", "test=1"]), false, 1).unwrap();
    assert_eq!((data.shape.as_slice(), data.train.len(), data.test.len()), (&[1][..], 3, 1));
    assert_eq!(data.inputs, Inputs::Floats(vec![1.0, 2.0, 3.0, 4.0]));
    let Targets::Values { values, width } = &data.targets else { panic!("reals are values") };
    assert_eq!((values.len(), values[7], *width), (8, -4.0, 2));
    let sum: f32 = data.train.iter().map(|at| data.inputs.get(*at as usize) * data.normalization.scale[0]).sum();
    assert!((sum + 3.0 * data.normalization.offset[0]).abs() < 1e-5, "their mean is 0");
    // What is for pixels is refused where there are none.
    for (keys, expected) in [
        (&["normalize=unit"][..], "npy: data.normalize = \"unit\" is for pictures of bytes"),
        (&["mean=[0.5]", "deviation=[1]"], "npy: data.normalize = \"unit\" is for pictures of bytes"),
        (&["augment={ flip = true }"], "--set data.augment: data.augment is for pictures"),
    ] {
        let keys = [&[path.as_str()][..], keys].concat();
        let error = crate::data::load(&config("npy", &keys), false, 1).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn an_archive_may_be_stored_or_deflated_and_damage_to_it_is_found() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("set.npz");
    for method in [zip::CompressionMethod::Stored, zip::CompressionMethod::Deflated] {
        let mut archive = ZipWriter::new(std::io::Cursor::new(vec![]));
        let options = SimpleFileOptions::default().compression_method(method);
        for (name, bytes) in [("x.npy", bytes("(2, 100)", &[7; 200])), ("y.npy", bytes("(2,)", &[0, 1]))] {
            archive.start_file(name, options).unwrap();
            archive.write_all(&bytes).unwrap();
        }
        let whole = archive.finish().unwrap().into_inner();
        std::fs::write(&path, &whole).unwrap();
        let good = read(&path, true, &[]).unwrap();
        assert_eq!(good.shape, [100]);
        for end in (0..whole.len()).step_by(7) {
            std::fs::write(&path, &whole[..end]).unwrap();
            assert!(read(&path, true, &[]).is_err(), "{end} bytes of {}", whole.len());
        }
        // A flipped bit is found by the archive's sums, or is one that says nothing about arrays.
        for at in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[at] ^= 4;
            std::fs::write(&path, &flipped).unwrap();
            assert!(read(&path, true, &[]).map_or(true, |examples| examples == good), "byte {at}");
        }
    }
}

#[test]
fn no_more_is_unpacked_than_a_header_announces() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("bomb.npz");
    let mut archive = ZipWriter::new(std::fs::File::create(&path).unwrap());
    archive.start_file("x.npy", SimpleFileOptions::default()).unwrap();
    archive.write_all(&bytes("(2, 100)", &vec![0; 16 << 20])).unwrap();
    archive.finish().unwrap();
    assert!(path.metadata().unwrap().len() < 1 << 16);
    let error = read(&path, true, &[]).unwrap_err().to_string();
    assert!(error.ends_with("x.npy: there is more behind the 200 bytes that [2, 100] needs"), "{error}");
}

#[test]
fn arrays_that_are_missing_are_named_beside_those_that_are_there() {
    let x = || bytes("(2, 3)", &[1; 6]);
    let y = || bytes("(2,)", &[0, 1]);
    let start = |arrays: &[(&str, Vec<u8>)], expected: &str| {
        let error = message(arrays, true);
        assert!(error.starts_with(expected), "{error}");
    };
    start(&[], "FOLDER: there is no array at all; x_train, y_train, x_test and y_test are wanted, or x and y");
    start(&[("arr_0", x()), ("arr_1", y())], "FOLDER: there is no array `x_train` among arr_0, arr_1; x_train, ");
    start(
        &[("x_trian", x()), ("y_train", y())],
        "FOLDER: there is no array `x_train` among x_trian, y_train; is it `x_trian`? x_train",
    );
    start(
        &[("x_train", x()), ("y_train", y()), ("x_test", x())],
        "FOLDER: there is no array `y_test` among x_test, x_train, y_train; x_train, ",
    );
    start(&[("y", y())], "FOLDER: there is no array `x` among y; ");
    let root = folder(&[("x", x())]);
    let error = read(&root.path().join("x.npy"), true, &[]).unwrap_err().to_string();
    assert!(error.contains("x.npy: this is one array; set data.path to the folder"), "{error}");
    std::fs::write(root.path().join("t.csv"), "1,2").unwrap();
    let error = read(&root.path().join("t.csv"), true, &[]).unwrap_err().to_string();
    assert!(error.contains("t.csv: this is no .npz archive"), "{error}");
}

#[test]
fn parts_that_do_not_agree_are_refused() {
    let (x, y) = (|| bytes("(2, 3)", &[1; 6]), || bytes("(2,)", &[0, 1]));
    let test = |x_test: Vec<u8>, y_test: Vec<u8>| {
        message(&[("x_train", x()), ("y_train", y()), ("x_test", x_test), ("y_test", y_test)], true)
    };
    let short = bytes("(1,)", &[0]);
    assert!(test(x(), short).starts_with("y_test.npy: 1 targets for the 2 examples of "));
    assert!(test(bytes("(2, 4)", &[1; 8]), y()).starts_with("x_test.npy: examples of [4], where those of "));
    let other = reals("(2, 3)", &[1.0; 6]);
    assert!(test(other, y()).starts_with("x_test.npy: either this or "));
    let (x, y) = (reals("(2, 3)", &[1.0; 6]), reals("(2, 2)", &[1.0; 4]));
    let arrays = [("x_train", x.clone()), ("y_train", y), ("x_test", x), ("y_test", reals("(2,)", &[1.0; 2]))];
    assert!(message(&arrays, false).starts_with("y_test.npy: 1 numbers a target, where "));
}

#[test]
fn targets_of_a_categorical_loss_are_classes() {
    let of = |y: Vec<u8>| message(&[("x", bytes("(3, 1)", &[1; 3])), ("y", y)], true);
    let one = |label: f64| of(reals("(3,)", &[0.0, label, 1.0]));
    assert!(one(-1.0).starts_with("y.npy, row 2: -1 is no class: with a categorical loss"));
    assert!(one(0.5).starts_with("y.npy, row 2: 0.5 is no class"));
    assert!(one(65536.0).starts_with("y.npy, row 2: 65536 is no class"));
    let error = of(bytes("(3, 2)", &[1, 0, 1, 0, 0, 1]));
    assert!(error.starts_with("y.npy: with a categorical loss, [n] classes are wanted, not [3, 2]"), "{error}");
    let error = message(&[("x", bytes("(2,)", &[1; 2])), ("y", bytes("(2, 1, 1)", &[1, 0]))], false);
    assert_eq!(error, "y.npy: targets of [n] or [n, outputs] are wanted, not [2, 1, 1]");
}

#[test]
fn numbers_that_are_none_name_file_and_row() {
    for bad in [f64::NAN, f64::INFINITY, 1e300] {
        let error = damage(reals("(2, 2)", &[1.0, 2.0, 3.0, bad]));
        assert!(error.starts_with("x.npy, row 2: number 2 of the example is "), "{error}");
    }
}

#[test]
fn damaged_files_are_refused() {
    let good = bytes("(2, 2)", &[1, 2, 3, 4]);
    for end in 0..good.len() {
        assert!(damage(good[..end].to_vec()).starts_with("x.npy: "), "{end} bytes");
    }
    assert_eq!(damage(good[..good.len() - 1].to_vec()), "x.npy: truncated: [2, 2] needs 4 bytes, and 3 are there");
    assert_eq!(damage([good, vec![0]].concat()), "x.npy: there is more behind the 4 bytes that [2, 2] needs");
    assert_eq!(damage(vec![]), "x.npy: the file is truncated");
    assert!(damage(vec![0; 100]).starts_with("x.npy: this is no .npy file"));
    assert_eq!(damage(bytes("(0, 2)", &[])), "x.npy: there are no examples: the shape is [0, 2]");
    assert_eq!(damage(bytes("(2, 0)", &[])), "x.npy: there are examples of no numbers: the shape is [2, 0]");
    for huge in
        ["(4294967296, 2)", "(4294967296, 4294967296)", "(18446744073709551615, 3)", "(99999999999999999999,)", "(-1,)"]
    {
        let error = damage(bytes(huge, &[]));
        assert!(error.contains("which is too much") || error.contains("the file is damaged: dimension"), "{error}");
    }
    for header in
        ["", "{}", "{'descr': '|u1'}", "[1, 2]", "{'descr': 'nonsense', 'fortran_order': False, 'shape': (2,)}"]
    {
        let error = damage(file(header, &[0; 12]));
        assert!(error.starts_with("x.npy: the file is damaged: "), "{error}");
    }
    // Deep enough to be parsed for years, and longer than can be.
    for header in ["(".repeat(9_999), "{".repeat(40) + &"}".repeat(40)] {
        assert!(damage(file(&header, &[])).starts_with("x.npy: the header is damaged: brackets"));
    }
    let long = [b"\x93NUMPY\x02\x00\xff\xff\xff\xff", &[b' '; 100][..]].concat();
    assert!(damage(long).starts_with("x.npy: a header of 4294967295 bytes, where 10000 are the most"));
}
