//! Handwritten digits of 8×8 pixels, inside the binary.

use super::dataset::{Inputs, Origin, Targets, numbers};
use super::error::DataError;
use super::gzip;
use super::source::{Examples, Known, Request, Source};

/// 1,797 examples, 174 to 183 of each digit (E. Alpaydin and C. Kaynak, 1998, CC BY 4.0; see
/// assets/README.md).
pub const DIGITS: Source = Source {
    name: "digits",
    doc: "1,797 handwritten digits of 8×8 pixels, inside the binary",
    pictures: Some(true),
    keys: &["test"],
    known: |_| Known::pictures([1, 8, 8], 10, 1797, None),
    made: None,
    load,
};

const FILE: &str = "assets/digits.csv.gz";
const PACKED: &[u8] = include_bytes!("../../assets/digits.csv.gz");
/// Pixels count how many of 4×4 dots of the original are ink.
const MAXIMUM: u8 = 16;
const PIXELS: usize = 64;

fn load(_: &Request<'_>) -> Result<Examples, DataError> {
    let text = gzip::unpack(FILE, PACKED, None)?;
    let text = String::from_utf8_lossy(&text);
    let mut values = Vec::with_capacity(1797 * PIXELS);
    let mut labels = Vec::with_capacity(1797);
    for (line, row) in text.lines().zip(1..) {
        let error = |what: &str| DataError::new(FILE, what).row(row);
        let numbers: Result<Vec<u8>, _> = line.split(',').map(str::parse).collect();
        let numbers = numbers.map_err(|_| error("a number from 0 to 16 is wanted"))?;
        let Some((label, pixels)) = numbers.split_last().filter(|_| numbers.len() == PIXELS + 1) else {
            return Err(error("64 pixels and a digit are wanted"));
        };
        if *label > 9 || pixels.iter().any(|pixel| *pixel > MAXIMUM) {
            return Err(error("a pixel is above 16 or a digit above 9"));
        }
        values.extend_from_slice(pixels);
        labels.push(u32::from(*label));
    }
    Ok(Examples {
        shape: vec![1, 8, 8],
        inputs: Inputs::Bytes { values, maximum: f32::from(MAXIMUM) },
        targets: Targets::Classes { labels, count: 10, names: Some(numbers(10)) },
        test: None,
        origin: Origin { file: FILE.into(), ..Origin::default() },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::tests::config;

    #[test]
    fn all_digits_are_there() {
        let examples =
            load(&Request { config: &config("digits", &[]), categorical: true, seed: 0, known: None }).unwrap();
        let (Inputs::Bytes { values, maximum }, Targets::Classes { labels, count, .. }) =
            (examples.inputs, examples.targets)
        else {
            panic!("digits are pictures with classes");
        };
        assert_eq!(values.len(), 1797 * 64);
        assert_eq!(values.iter().max(), Some(&16));
        assert_eq!((maximum, count, labels.len()), (16.0, 10, 1797));
        for digit in 0..10 {
            let of_it = labels.iter().filter(|label| **label == digit).count();
            assert!((174..=183).contains(&of_it), "{of_it} times {digit}");
        }
        // The first line of the file, a zero.
        assert_eq!(values[..8], [0, 0, 5, 13, 9, 1, 0, 0]);
        assert_eq!(labels[..3], [0, 1, 2]);
        assert_eq!(labels[1796], 8);
    }
}
