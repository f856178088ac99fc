//! One array: its header is checked before its numbers are read, and they come out in C's order.

use std::io::Read;

use npyz::{NpyHeader, Order};

use super::super::dataset::Inputs;
use super::super::error::DataError;
use super::super::gzip;
use super::numbers;

/// What every .npy file begins with.
pub(in super::super) const MAGIC: &[u8] = b"\x93NUMPY";

/// Bytes of a header at most: NumPy's own limit.
const HEADER: u32 = 10_000;

/// Brackets of a header within each other at most. Those of numbers have two and of structures a few
/// more; each takes the parser three times as long.
const DEPTH: usize = 6;

/// The numbers of an .npy file, and how they are arranged.
#[derive(Debug)]
pub(super) struct Array {
    /// Where it was read, in errors.
    pub place: String,
    /// Of the axes, the examples' first. None is zero.
    pub lengths: Vec<usize>,
    /// The last axis fastest; all are finite.
    pub numbers: Inputs,
}

impl Array {
    /// Reads an .npy file, whose numbers may take so many bytes.
    pub fn read(place: String, mut reader: impl Read, most: u64) -> Result<Array, DataError> {
        let header = header(&place, &mut reader)?;
        let (size, parse) = numbers::parser(&header.dtype()).map_err(|message| DataError::new(&place, message))?;
        let (lengths, bytes) = lengths(&place, &header, size, most)?;
        // One byte more than announced, to notice what should not be there.
        let mut body = vec![];
        reader.take(bytes.saturating_add(1)).read_to_end(&mut body).map_err(|error| gzip::broken(&place, &error))?;
        let found = body.len() as u64;
        if found != bytes {
            let message = match found < bytes {
                true => format!("truncated: {lengths:?} needs {bytes} bytes, and {found} are there"),
                false => format!("there is more behind the {bytes} bytes that {lengths:?} needs"),
            };
            return Err(DataError::new(place, message));
        }
        let fortran = header.order() == Order::Fortran;
        let numbers = parse(header, body).map_err(|error| gzip::broken(&place, &error))?;
        let mut array = Array { place, lengths, numbers };
        if fortran {
            let lengths = array.lengths.clone();
            array.reorder(&lengths, &first_fastest(&lengths));
        }
        array.check_finite()?;
        Ok(array)
    }

    /// An error about this array.
    pub fn error(&self, message: impl Into<String>) -> DataError {
        DataError::new(&self.place, message)
    }

    /// Moves the last axis to behind the examples: channels, to where networks want them.
    pub fn last_axis_second(&mut self) {
        let mut lengths = self.lengths.clone();
        let mut strides: Vec<usize> = (1..=lengths.len()).map(|axis| lengths[axis..].iter().product()).collect();
        lengths[1..].rotate_right(1);
        strides[1..].rotate_right(1);
        self.reorder(&lengths, &strides);
    }

    /// Puts numbers that lie at these strides next to each other.
    fn reorder(&mut self, lengths: &[usize], strides: &[usize]) {
        match &mut self.numbers {
            Inputs::Bytes { values, .. } => *values = gathered(values, lengths, strides),
            Inputs::Floats(values) => *values = gathered(values, lengths, strides),
        }
        self.lengths = lengths.to_vec();
    }

    fn check_finite(&self) -> Result<(), DataError> {
        let Inputs::Floats(values) = &self.numbers else { return Ok(()) };
        let Some(at) = values.iter().position(|value| !value.is_finite()) else { return Ok(()) };
        let features: usize = self.lengths[1..].iter().product();
        let (row, feature) = (at / features + 1, at % features + 1);
        let message = format!("number {feature} of the example is {} as f32, and all must be finite", values[at]);
        Err(self.error(message).row(row as u64))
    }
}

/// The header, which is read to its end and looked at before it is parsed.
fn header(place: &str, reader: &mut impl Read) -> Result<NpyHeader, DataError> {
    let broken = |error| gzip::broken(place, &error);
    let mut start = [0; 12];
    reader.read_exact(&mut start).map_err(broken)?;
    if !start.starts_with(MAGIC) {
        return Err(DataError::new(place, "this is no .npy file: it does not begin as np.save's do"));
    }
    // The first version counts with two bytes, so that the other two are text already.
    let [.., a, b, c, d] = start;
    let (length, text) = match start[6] {
        1 => (u32::from_le_bytes([a, b, 0, 0]), &start[10..]),
        _ => (u32::from_le_bytes([a, b, c, d]), &[][..]),
    };
    if length > HEADER {
        return Err(DataError::new(place, format!("a header of {length} bytes, where {HEADER} are the most")));
    }
    let mut rest = vec![0; (length as usize).saturating_sub(text.len())];
    reader.read_exact(&mut rest).map_err(broken)?;
    if depth(text.iter().chain(&rest)) > DEPTH {
        return Err(DataError::new(place, "the header is damaged: brackets within brackets, where numbers have two"));
    }
    NpyHeader::from_reader(start.chain(rest.as_slice())).map_err(broken)
}

/// How many brackets are open at once at most.
fn depth<'a>(text: impl Iterator<Item = &'a u8>) -> usize {
    let mut open = 0_usize;
    let depths = text.map(|byte| {
        match byte {
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        open
    });
    depths.max().unwrap_or(0)
}

/// The lengths of all axes, which must be of as much as may be held and of something; and the bytes
/// that they need.
fn lengths(place: &str, header: &NpyHeader, size: u64, most: u64) -> Result<(Vec<usize>, u64), DataError> {
    let shape = header.shape();
    let error = |message: String| Err(DataError::new(place, message));
    if shape.is_empty() {
        return error("a single number (its shape is ()), where the first axis counts the examples".to_string());
    }
    if shape.contains(&0) {
        let what = if shape[0] == 0 { "no examples" } else { "examples of no numbers" };
        return error(format!("there are {what}: the shape is {shape:?}"));
    }
    let bytes = shape.iter().try_fold(size, |bytes, length| bytes.checked_mul(*length));
    match bytes.filter(|bytes| *bytes <= most) {
        Some(bytes) => Ok((shape.iter().map(|length| *length as usize).collect(), bytes)),
        None => error(format!(
            "the header announces {shape:?} numbers of {size} bytes, which is too much: a file of this size may hold \
             {most} bytes; {}",
            gzip::MEANT
        )),
    }
}

/// How far apart neighbours along each axis are in Fortran's order.
fn first_fastest(lengths: &[usize]) -> Vec<usize> {
    (0..lengths.len()).map(|axis| lengths[..axis].iter().product()).collect()
}

/// The numbers at `strides`, the last axis fastest.
fn gathered<T: Copy>(values: &[T], lengths: &[usize], strides: &[usize]) -> Vec<T> {
    let mut index = vec![0; lengths.len()];
    let mut at = 0;
    let mut next = |_: &T| {
        let value = values[at];
        for axis in (0..lengths.len()).rev() {
            index[axis] += 1;
            at += strides[axis];
            if index[axis] < lengths[axis] {
                break;
            }
            index[axis] = 0;
            at -= strides[axis] * lengths[axis];
        }
        value
    };
    values.iter().map(&mut next).collect()
}
