//! Folders of pictures.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageFormat, RgbImage};

use super::{Case, File, bytes::*};

fn picture(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(vec![]);
    image.into().write_to(&mut bytes, format).expect("memory");
    bytes.into_inner()
}

fn colour(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    picture(RgbImage::from_fn(width, height, |x, y| image::Rgb([(x % 28) as u8 * 9, (y % 28) as u8 * 9, 7])), format)
}

fn good() -> Vec<u8> {
    colour(9, 8, ImageFormat::Png)
}

/// A PNG file of any size in its header, whose rows are packed zeros.
fn png(width: u32, height: u32, kind: u8, rows: usize) -> Vec<u8> {
    let chunk = |tag: &[u8], data: &[u8]| {
        let mut sum = flate2::Crc::new();
        sum.update(tag);
        sum.update(data);
        [&(data.len() as u32).to_be_bytes()[..], tag, data, &sum.sum().to_be_bytes()].concat()
    };
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, kind, 0, 0, 0]].concat();
    let mut rest = flate2::write::ZlibEncoder::new(vec![], flate2::Compression::best());
    for start in (0..rows).step_by(1 << 20) {
        std::io::Write::write_all(&mut rest, &vec![0; (rows - start).min(1 << 20)]).expect("memory");
    }
    let data = rest.finish().expect("memory");
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &header), chunk(b"IDAT", &data), chunk(b"IEND", b"")].concat()
}

/// Two classes, the second with this picture as well.
fn with(other: Vec<u8>) -> Vec<File> {
    vec![("a/0.png", good()), ("b/0.png", good()), ("b/1.png", other)]
}

pub fn cases() -> Vec<Case> {
    let other = |name, other, help| Case::new(name, "images", with(other), "", help);
    let set = |name, files, place, help| Case::new(name, "images", files, place, help);
    let jpeg = colour(40, 30, ImageFormat::Jpeg);
    let mut sizes = jpeg.clone();
    let frame = sizes.windows(2).position(|pair| pair == [0xff, 0xc0]).expect("a frame");
    sizes[frame + 5..frame + 9].fill(0xff);
    let mut sum = good();
    let at = sum.windows(4).position(|tag| tag == b"IDAT").expect("pixels") + 9;
    sum[at] ^= 0x55;
    let mut cases = vec![
        set("no folder", vec![], "nowhere: ", "No such file").path("nowhere"),
        set("no classes", vec![("0.png", good())], "HERE: ", "one for every class is wanted"),
        set(
            "a class without pictures",
            vec![("a/0.png", good()), ("b/notes.txt", vec![1])],
            "b: ",
            "no PNG or JPEG picture",
        ),
        set(
            "test classes that are others",
            vec![("train/a/0.png", good()), ("train/b/0.png", good()), ("test/c/0.png", good())],
            "test: ",
            "missing here: [a, b], only here: [c]",
        ),
        set("pictures of two sizes", with(colour(5, 4, ImageFormat::Png)), "b/1.png: ", "set data.resize"),
        set(
            "gray beside colour",
            with(picture(GrayImage::new(9, 8), ImageFormat::Png)),
            "b/1.png: ",
            "set data.grayscale",
        ),
        set("one picture", vec![("a.png", good())], "a.png: ", "").path("a.png"),
        set(
            "none that can be decoded",
            vec![("a/0.png", vec![1]), ("b/0.png", good())],
            "HERE: ",
            "left of these classes: a",
        )
        .set("data.allow_broken=true"),
        other("an empty picture", vec![], "1 of 3 pictures can't be decoded: b/1.png ("),
        other("a text for a picture", b"no picture".to_vec(), "set data.allow_broken = true to leave them out"),
        other("a mark and no more", b"\x89PNG\r\n\x1a\n".to_vec(), "b/1.png ("),
        other("a picture cut off", good()[..good().len() * 2 / 3].to_vec(), "b/1.png ("),
        other("a flipped bit in a picture", sum, "b/1.png ("),
        other(
            "a GIF",
            b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;".to_vec(),
            "b/1.png (",
        ),
        other("no pixels", png(0, 0, 0, 0), "b/1.png ("),
        other("fewer pixels than announced", png(9, 8, 0, 20), "b/1.png ("),
        other("a bomb", png(30_000, 30_000, 0, 90 << 20), "set data.largest"),
        other("a bomb of one row", png(u32::MAX >> 1, 1, 0, 9), "b/1.png ("),
        other("sizes that wrap", png(u32::MAX >> 1, u32::MAX >> 1, 6, 9), "b/1.png ("),
        other("a palette that is not there", png(9, 8, 3, 80), "b/1.png ("),
        other("a kind that is none", png(9, 8, 5, 80), "b/1.png ("),
        other("a JPEG cut off", jpeg[..jpeg.len() - 2].to_vec(), "the file is truncated"),
        other("a JPEG cut in half", jpeg[..jpeg.len() / 2].to_vec(), "the file is truncated"),
        other("a JPEG of its header", jpeg[..frame].to_vec(), "b/1.png ("),
        other("a JPEG of 65,535 rows and columns", sizes, "set data.largest"),
        other("a JPEG of noise", [&jpeg[..2], &[0xff, 0xc4, 0xff, 0xff], &[0x5a; 99]].concat(), "b/1.png ("),
    ];
    let odd = |name, prepare, help| set(name, with(good())[..1].to_vec(), "b: ", help).prepare(prepare);
    cases.extend([
        odd(
            "a pipe for a picture",
            |here| {
                std::fs::create_dir(here.join("b")).expect("a folder");
                pipe(&here.join("b/0.png"));
            },
            "no PNG or JPEG picture",
        ),
        odd(
            "a link to itself for a picture",
            |here| {
                std::fs::create_dir(here.join("b")).expect("a folder");
                circle(&here.join("b/0.png"));
            },
            "no PNG or JPEG picture",
        ),
        odd(
            "a folder for a picture",
            |here| std::fs::create_dir_all(here.join("b/0.png")).expect("a folder"),
            "no PNG or JPEG picture",
        ),
        set("a hole for a picture", with(good())[..2].to_vec(), "HERE: ", "b/1.png (")
            .prepare(|here| hole(&here.join("b/1.png"), 1 << 30)),
    ]);
    cases
}
