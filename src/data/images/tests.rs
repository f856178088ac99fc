use image::{GrayImage, ImageFormat, Luma, Rgb, RgbImage};

use super::*;
use crate::data::tests::config;

/// A picture of 3×2 pixels whose first pixel is red, all others of this blue.
fn colour(blue: u8) -> RgbImage {
    let mut image = RgbImage::from_pixel(3, 2, Rgb([0, 0, blue]));
    image.put_pixel(0, 0, Rgb([200, 0, 0]));
    image
}

fn save(path: PathBuf, image: &RgbImage) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    image.save(path).unwrap();
}

/// Two classes, `b` with two pictures.
fn classes(folder: &Path) {
    save(folder.join("b/0.png"), &colour(10));
    save(folder.join("b/1.PNG"), &colour(20));
    save(folder.join("a/x.png"), &colour(30));
}

fn config_of(overrides: &[&str]) -> DataConfig {
    config("images", overrides)
}

fn read(folder: &Path) -> Result<Examples, DataError> {
    load(folder, &config_of(&[]), None)
}

fn labels(examples: &Examples) -> (Vec<u32>, Vec<String>) {
    let Targets::Classes { labels, names, .. } = &examples.targets else { panic!("pictures have classes") };
    (labels.clone(), names.clone().unwrap())
}

fn pixels(examples: &Examples) -> &[u8] {
    let Inputs::Bytes { values, .. } = &examples.inputs else { panic!("pictures are bytes") };
    values
}

#[test]
fn folders_are_classes_in_the_order_of_their_names_and_take_turns() {
    let root = tempfile::tempdir().unwrap();
    classes(root.path());
    let examples = read(root.path()).unwrap();
    assert_eq!((examples.shape.as_slice(), examples.test), (&[3, 2, 3][..], None));
    assert_eq!(labels(&examples), (vec![0, 1, 1], vec!["a".to_string(), "b".to_string()]));
    let mut first = vec![0; 18];
    first[0] = 200;
    first[13..].fill(30);
    assert_eq!(pixels(&examples)[..18], first);
    assert_eq!([17, 35, 53].map(|at| pixels(&examples)[at]), [30, 10, 20]);
}

#[test]
fn train_and_test_are_given_where_both_exist() {
    let root = tempfile::tempdir().unwrap();
    classes(&root.path().join("train"));
    save(root.path().join("test/a/0.png"), &colour(40));
    save(root.path().join("test/b/0.png"), &colour(50));
    let examples = read(root.path()).unwrap();
    assert_eq!((labels(&examples).0, examples.test), (vec![0, 1, 1, 0, 1], Some(2)));
    std::fs::rename(root.path().join("test/b"), root.path().join("test/c")).unwrap();
    let error = read(root.path()).unwrap_err().to_string();
    assert!(error.ends_with("missing here: [b], only here: [c]"), "{error}");
}

#[test]
fn jpeg_is_close_and_gray_pictures_have_one_channel() {
    let root = tempfile::tempdir().unwrap();
    let gray = GrayImage::from_pixel(8, 8, Luma([77]));
    std::fs::create_dir(root.path().join("a")).unwrap();
    gray.save_with_format(root.path().join("a/0.jpg"), ImageFormat::Jpeg).unwrap();
    gray.save_with_format(root.path().join("a/1.jpeg"), ImageFormat::Jpeg).unwrap();
    let examples = read(root.path()).unwrap();
    assert_eq!(examples.shape, [1, 8, 8]);
    assert!(pixels(&examples).iter().all(|pixel| pixel.abs_diff(77) <= 1));
}

#[test]
fn another_size_names_file_and_sizes_unless_all_are_resized() {
    let root = tempfile::tempdir().unwrap();
    classes(root.path());
    save(root.path().join("b/2.png"), &RgbImage::new(5, 4));
    let error = read(root.path()).unwrap_err().to_string();
    assert!(error.contains("2.png: [channels, height, width] is [3, 4, 5], but [3, 2, 3] in "), "{error}");
    assert!(error.contains("x.png; set data.resize"), "{error}");
    let resized = load(root.path(), &config_of(&["resize=[4, 4]", "grayscale=true"]), None).unwrap();
    assert_eq!((resized.shape.as_slice(), pixels(&resized).len()), (&[1, 4, 4][..], 64));
}

#[test]
fn pictures_that_are_none_are_named_or_left_out() {
    let root = tempfile::tempdir().unwrap();
    classes(root.path());
    std::fs::write(root.path().join("b/0.png"), "no picture").unwrap();
    let error = read(root.path()).unwrap_err().to_string();
    assert!(error.contains("1 of 3 pictures can't be decoded: ") && error.contains("b/0.png ("), "{error}");
    assert!(error.ends_with("set data.allow_broken = true to leave them out"), "{error}");
    let examples = load(root.path(), &config_of(&["allow_broken=true"]), None).unwrap();
    assert_eq!((labels(&examples).0, pixels(&examples).len()), (vec![0, 1], 36));
}

#[test]
fn a_class_or_test_set_of_none_but_broken_pictures_is_an_error() {
    let root = tempfile::tempdir().unwrap();
    classes(root.path());
    let refused = || load(root.path(), &config_of(&["allow_broken=true"]), None).unwrap_err().to_string();
    std::fs::write(root.path().join("a/x.png"), "no picture").unwrap();
    assert!(refused().ends_with(": no picture to train on is left of these classes: a"), "{}", refused());
    classes(&root.path().join("train"));
    for picture in ["test/a/0.png", "test/b/0.png"] {
        save(root.path().join(picture), &colour(40));
        std::fs::write(root.path().join(picture), "no picture").unwrap();
    }
    assert!(refused().ends_with(": no picture is left to test on"), "{}", refused());
}

#[test]
fn empty_classes_and_folders_are_errors() {
    let root = tempfile::tempdir().unwrap();
    assert!(read(root.path()).unwrap_err().to_string().contains("one for every class is wanted"));
    classes(root.path());
    std::fs::create_dir(root.path().join("c")).unwrap();
    let error = read(root.path()).unwrap_err().to_string();
    assert!(error.ends_with("c: no PNG or JPEG picture is in the folder of this class"), "{error}");
}

#[test]
fn the_cache_is_used_while_the_files_stay_and_ignored_when_damaged() {
    let (root, caches) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    classes(root.path());
    let load = || load(root.path(), &config_of(&[]), Some(caches.path())).unwrap();
    let first = load();
    let file = std::fs::read_dir(caches.path()).unwrap().next().unwrap().unwrap().path();
    let whole = std::fs::read(&file).unwrap();
    // The pictures are not read now: the cache speaks for files with the old sizes and times.
    let picture = root.path().join("a/x.png");
    let (bytes, time) = (std::fs::read(&picture).unwrap(), picture.metadata().unwrap().modified().unwrap());
    let put = |bytes: &[u8]| {
        std::fs::write(&picture, bytes).unwrap();
        std::fs::File::options().write(true).open(&picture).unwrap().set_modified(time).unwrap();
    };
    put(&vec![0; bytes.len()]);
    assert_eq!(load(), first);
    put(&bytes);
    for damage in [whole.len() - 1, whole.len() / 2, 20] {
        let mut damaged = whole.clone();
        damaged[damage] ^= 1;
        std::fs::write(&file, &damaged).unwrap();
        assert_eq!(load(), first);
        std::fs::write(&file, &whole[..damage]).unwrap();
        assert_eq!(load(), first);
    }
    save(picture, &colour(99));
    let changed = load();
    assert_ne!(changed, first);
    assert_eq!(load(), changed);
}

/// What Pillow made of the picture, see tests/golden/pictures.py; and how far we are from it at most.
fn distance(input: &str, expected: &str, overrides: &[&str]) -> (Picture, u8) {
    let root = env!("CARGO_MANIFEST_DIR");
    let decode = |path: String, overrides: &[&str]| {
        let bytes = std::fs::read(&path).unwrap();
        Way::new(&config_of(overrides)).decode(&bytes).unwrap_or_else(|error| panic!("{path}: {error}"))
    };
    let picture = decode(format!("{root}/tests/fuzz/pictures/{input}"), overrides);
    let pillow = decode(format!("{root}/tests/golden/pictures/{expected}.png"), &[]);
    assert_eq!(picture.shape, pillow.shape, "{expected}");
    let far = picture.pixels.iter().zip(&pillow.pixels).map(|(own, pillow)| own.abs_diff(*pillow));
    let far = far.max().unwrap();
    (picture, far)
}

#[test]
fn png_pictures_are_what_pillow_makes_of_them() {
    for (input, lost) in [
        ("rgb", [false, false]),
        ("gray", [false, false]),
        ("bits1", [false, false]),
        ("bits2", [false, false]),
        ("bits4", [false, false]),
        ("palette", [false, false]),
        ("turned_png", [false, false]),
        ("rgb16_of_8", [false, false]),
        ("rgba", [true, false]),
        ("gray_alpha", [true, false]),
        ("palette_alpha", [true, false]),
        ("rgb16", [false, true]),
        ("gray16", [false, true]),
    ] {
        let (picture, far) = distance(&format!("{input}.png"), input, &[]);
        assert_eq!((far, [picture.transparent, picture.deep]), (0, lost), "{input}");
    }
}

#[test]
fn gray_and_sizes_are_pillows_to_the_same_bytes() {
    for (input, expected, overrides) in [
        ("rgb", "rgb_as_gray", &["grayscale=true"][..]),
        ("rgba", "rgb_as_gray", &["grayscale=true"]),
        ("gray", "gray_as_rgb", &["grayscale=false"]),
        ("rgb", "rgb_5_7", &["resize=[5,7]"]),
        ("rgb", "rgb_23_40", &["resize=[23,40]"]),
        ("rgb", "rgb_11_6", &["resize=[11,6]"]),
        ("rgb", "rgb_3_19", &["resize=[3,19]"]),
        ("rgb", "rgb_30_4", &["resize=[30,4]"]),
        ("rgb", "rgb_1_1", &["resize=[1,1]"]),
        ("rgba", "rgba_as_gray_5_7", &["grayscale=true", "resize=[5,7]"]),
    ] {
        assert_eq!(distance(&format!("{input}.png"), expected, overrides).1, 0, "{expected}");
    }
}

/// How far two decoders' roundings, of the transform and then of the colours, add up.
const JPEG: u8 = 3;

#[test]
fn jpeg_pictures_stand_upright_and_are_nearly_pillows() {
    for input in ["jpeg444", "jpeg422", "jpeg420", "progressive", "jpeg_gray", "cmyk"] {
        let (_, far) = distance(&format!("{input}.jpg"), input, &[]);
        assert!(far <= JPEG, "{input}: {far}");
    }
    for orientation in 1..=8 {
        let name = format!("turned{orientation}");
        let (_, far) = distance(&format!("{name}.jpg"), &name, &[]);
        assert!(far <= JPEG, "{name}: {far}");
    }
}
