//! One picture: from a file's bytes to eight bits a channel, by rules that are Pillow's wherever it has one.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use super::super::gzip;
use super::resize::resize;
use crate::config::DataConfig;

/// What is done with the kinds of pictures that eight bits a channel cannot hold, for the reference.
pub(crate) const RULES: &[[&str; 2]] = &[
    ["orientation (EXIF)", "pictures stand as every viewer shows them, which is Pillow's `ImageOps.exif_transpose`"],
    [
        "transparency",
        "left out: colours are taken as they are beneath it, as Pillow's `convert(\"RGB\")` does; one warning",
    ],
    [
        "16 bits a channel",
        "the upper eight, as Pillow reads 16-bit colour (16-bit gray, which Pillow cuts off at 255, too); one \
         warning if the lower eight say anything",
    ],
    ["palettes, 1, 2 and 4 bits", "the colours or grays that they stand for, 0 to 255"],
    [
        "gray of colour",
        "`data.grayscale = true`, or a network of one channel: (19595 R + 38470 G + 7471 B + 32768) / 65536, \
         rounded down, Pillow's `convert(\"L\")`",
    ],
    ["colour of gray", "`data.grayscale = false`, or a network of three channels: the gray, three times"],
    [
        "size",
        "`data.resize`: Pillow's `resize(…, BILINEAR)` to the same bytes, after gray is made; it averages what \
         becomes smaller, as OpenCV's and TensorFlow's defaults do not",
    ],
    [
        "JPEG",
        "chroma is interpolated, as libjpeg-turbo does by default; decoders' roundings differ: \
         over 2,000 photographs the mean distance to Pillow is 0.3 of 255 levels, the largest 4. CMYK becomes RGB without a colour profile. A file that ends early is broken",
    ],
    ["several frames (APNG)", "the first"],
    ["colour profiles, gamma", "ignored, as Pillow does"],
];

/// What the pixels of one picture are made from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    /// One channel or three; as the file has it where it isn't given.
    pub grayscale: Option<bool>,
    pub resize: Option<[usize; 2]>,
    /// The most bytes that a picture may decode to.
    pub largest: Option<u64>,
}

/// One picture, `[channels, height, width]`.
#[derive(Debug)]
pub(super) struct Picture {
    pub shape: Vec<usize>,
    pub pixels: Vec<u8>,
    /// Whether anything of it was transparent.
    pub transparent: bool,
    /// Whether it had more than eight bits a channel, and used them.
    pub deep: bool,
}

/// Interleaved channels of eight bits.
struct Samples {
    values: Vec<u8>,
    channels: usize,
    transparent: bool,
    deep: bool,
}

impl Way {
    pub fn new(config: &DataConfig) -> Way {
        Way { grayscale: config.grayscale, resize: config.resize, largest: config.largest }
    }

    /// Decodes one picture.
    pub fn decode(&self, bytes: &[u8]) -> Result<Picture, String> {
        let image = self.open(bytes)?;
        let [height, width] = [image.height() as usize, image.width() as usize];
        let colour = image.color().has_color();
        let Samples { values, channels, transparent, deep } = Samples::of(image)?;
        let gray = self.grayscale.unwrap_or(!colour);
        let mut values = match gray {
            true => values.chunks_exact(channels).map(|pixel| luma(&pixel[..channels - 1 + channels % 2])).collect(),
            false => values.chunks_exact(channels).flat_map(rgb).collect(),
        };
        let channels = if gray { 1 } else { 3 };
        let to = self.resize.unwrap_or([height, width]);
        if to != [height, width] {
            values = resize(values, channels, [height, width], to);
        }
        let plane = to[0] * to[1];
        let mut pixels = vec![0; channels * plane];
        for (at, pixel) in values.chunks_exact(channels).enumerate() {
            for (channel, &value) in pixel.iter().enumerate() {
                pixels[channel * plane + at] = value;
            }
        }
        Ok(Picture { shape: vec![channels, to[0], to[1]], pixels, transparent, deep })
    }

    /// The picture as it stands upright, if it is not too large.
    fn open(&self, bytes: &[u8]) -> Result<DynamicImage, String> {
        let failed = |error: image::ImageError| error.to_string();
        let mut reader =
            ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|error| error.to_string())?;
        if reader.format() == Some(ImageFormat::Jpeg) && !ends(bytes) {
            return Err("the file is truncated".into());
        }
        let most = gzip::bound(bytes.len() as u64, self.largest);
        let mut limits = Limits::no_limits();
        limits.max_alloc = Some(most.saturating_mul(2));
        reader.limits(limits);
        let mut decoder = reader.into_decoder().map_err(failed)?;
        let ([width, height], needed) = (<[u32; 2]>::from(decoder.dimensions()), decoder.total_bytes());
        if needed > most {
            let message =
                format!("{height}×{width} pixels are {needed} bytes, where a file of this size may hold {most}");
            return Err(format!("{message}; {}", gzip::MEANT));
        }
        let orientation = decoder.orientation().map_err(failed)?;
        let mut image = DynamicImage::from_decoder(decoder).map_err(failed)?;
        image.apply_orientation(orientation);
        Ok(image)
    }
}

impl Samples {
    fn of(image: DynamicImage) -> Result<Samples, String> {
        let channels = usize::from(image.color().channel_count());
        let (values, deep) = match image {
            DynamicImage::ImageLuma8(image) => (image.into_raw(), false),
            DynamicImage::ImageLumaA8(image) => (image.into_raw(), false),
            DynamicImage::ImageRgb8(image) => (image.into_raw(), false),
            DynamicImage::ImageRgba8(image) => (image.into_raw(), false),
            DynamicImage::ImageLuma16(image) => upper(&image),
            DynamicImage::ImageLumaA16(image) => upper(&image),
            DynamicImage::ImageRgb16(image) => upper(&image),
            DynamicImage::ImageRgba16(image) => upper(&image),
            _ => return Err("its pixels are no whole numbers of 8 or 16 bits".into()),
        };
        let transparent = channels % 2 == 0 && values.chunks_exact(channels).any(|pixel| pixel[channels - 1] != 255);
        Ok(Samples { values, channels, transparent, deep })
    }
}

/// The upper eight of sixteen bits, and whether the others say anything: 257 times a byte is that byte.
fn upper(values: &[u16]) -> (Vec<u8>, bool) {
    let deep = values.iter().any(|value| value >> 8 != value & 0xff);
    (values.iter().map(|value| (value >> 8) as u8).collect(), deep)
}

/// Gray by ITU-R 601, in Pillow's integers; without transparency.
fn luma(pixel: &[u8]) -> u8 {
    match *pixel {
        [red, green, blue] => {
            let [red, green, blue] = [red, green, blue].map(u32::from);
            ((19_595 * red + 38_470 * green + 7_471 * blue + 0x8000) >> 16) as u8
        }
        _ => pixel[0],
    }
}

fn rgb(pixel: &[u8]) -> [u8; 3] {
    match *pixel {
        [red, green, blue] | [red, green, blue, _] => [red, green, blue],
        _ => [pixel[0]; 3],
    }
}

/// Whether a JPEG file goes on to the mark of its end: without it, the decoder makes the rest up. What is behind
/// it, as films in some phones' pictures, does not matter.
fn ends(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let Some([0xff, mark]) = bytes.get(at..at + 2) {
        at = match mark {
            0xd9 => return true,
            // Filling; marks without a length.
            0xff => at + 1,
            0x01 | 0xd0..=0xd8 => at + 2,
            _ => {
                let Some([high, low]) = bytes.get(at + 2..at + 4) else { return false };
                at + 2 + usize::from(u16::from_be_bytes([*high, *low]))
            }
        };
        // Behind a segment is another, or a scan's bits: in those a mark is escaped by a zero.
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(next) = rest.windows(2).position(|pair| pair[0] == 0xff && pair[1] != 0) else { return false };
        at += next;
    }
    false
}
