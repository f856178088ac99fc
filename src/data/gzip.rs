//! Bytes that may be packed with gzip, and how much a packed file may hold.

use std::io::{self, ErrorKind, Read};

use flate2::bufread::MultiGzDecoder;

use super::error::DataError;

/// The most that a file may hold, unpacked or not, unless `data.largest` says otherwise: more than any
/// GPU's buffers.
pub(crate) const LARGEST: u64 = 4 << 30;

/// What any packed file may hold, however small it is.
const MODEST: u64 = 64 << 20;

/// How many times its own size a larger one may hold. Tables and pictures pack to a fifth or a tenth; what
/// packs to a thousandth was made to fill somebody's memory.
const RATIO: u64 = 100;

/// How many bytes a packed file or picture of this size may hold.
pub(crate) fn bound(packed: u64, largest: Option<u64>) -> u64 {
    largest.unwrap_or_else(|| packed.saturating_mul(RATIO).clamp(MODEST, LARGEST))
}

/// The way out where so much is meant.
pub(crate) const MEANT: &str = "if that is meant, set data.largest to as many bytes as it may be";

/// A reader of bytes as they are, or of what they unpack to.
pub(crate) enum Unpacked<'a> {
    Plain(&'a [u8]),
    Gzip { decoder: MultiGzDecoder<&'a [u8]>, packed: usize, unpacked: u64, largest: Option<u64> },
}

/// A reader of `bytes` as they are, or unpacked where they are gzip (told by its magic number): no more than
/// `largest`, or than what so many packed bytes may hold.
pub(crate) fn unpacked(bytes: &[u8], largest: Option<u64>) -> Unpacked<'_> {
    match bytes {
        [0x1f, 0x8b, ..] => {
            Unpacked::Gzip { decoder: MultiGzDecoder::new(bytes), packed: bytes.len(), unpacked: 0, largest }
        }
        _ => Unpacked::Plain(bytes),
    }
}

impl Read for Unpacked<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Unpacked::Plain(bytes) => bytes.read(into),
            Unpacked::Gzip { decoder, packed, unpacked, largest } => {
                let read = decoder.read(into)?;
                *unpacked += read as u64;
                // By what was consumed until now, so that a large bomb goes off no later than a small one.
                let consumed = (*packed - decoder.get_ref().len()) as u64;
                let most = bound(consumed, *largest);
                if *unpacked > most {
                    let message = format!("it unpacks to more than {most} bytes; {MEANT}");
                    return Err(io::Error::new(ErrorKind::FileTooLarge, message));
                }
                Ok(read)
            }
        }
    }
}

/// The first bytes, once unpacked; fewer where there are fewer.
pub(crate) fn start(file: &str, bytes: &[u8], count: u64) -> Result<Vec<u8>, DataError> {
    let mut start = vec![];
    unpacked(bytes, None).take(count).read_to_end(&mut start).map_err(|error| broken(file, &error))?;
    Ok(start)
}

/// All of a file, unpacked; see [`unpacked`].
pub(crate) fn unpack(file: &str, packed: &[u8], largest: Option<u64>) -> Result<Vec<u8>, DataError> {
    let mut bytes = vec![];
    unpacked(packed, largest).read_to_end(&mut bytes).map_err(|error| broken(file, &error))?;
    Ok(bytes)
}

/// The error of a file that ends too early, is damaged, or holds too much.
pub(crate) fn broken(file: &str, error: &io::Error) -> DataError {
    let message = match error.kind() {
        ErrorKind::UnexpectedEof => "the file is truncated".to_string(),
        ErrorKind::FileTooLarge | ErrorKind::OutOfMemory => error.to_string(),
        _ => {
            // Some parsers draw where they stopped; the first line says what.
            let text = error.to_string();
            let line = text.lines().next().unwrap_or_default();
            format!("the file is damaged: {}", line.split(" -->").next().unwrap_or_default().trim_end())
        }
    };
    DataError::new(file, message)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// So many zeros.
    fn bomb(bytes: usize) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(vec![], flate2::Compression::best());
        let zeros = vec![0; 1 << 20];
        (0..bytes >> 20).for_each(|_| encoder.write_all(&zeros).unwrap());
        encoder.finish().unwrap()
    }

    #[test]
    fn what_unpacks_to_far_more_than_its_size_is_refused_unless_it_is_meant() {
        let packed = bomb(65 << 20);
        let refused = |bytes: &[u8], largest| unpack("f", bytes, largest).unwrap_err().to_string();
        let expected = |most: u64| format!("f: it unpacks to more than {most} bytes; {MEANT}");
        assert_eq!(refused(&packed, None), expected(64 << 20));
        assert_eq!(refused(&packed, Some(1000)), expected(1000));
        assert_eq!(unpack("f", &packed, Some(65 << 20)).unwrap().len(), 65 << 20);
        // Bytes that follow are no reason to unpack more of what was before them.
        let mut padded = packed.clone();
        padded.extend(bomb(1 << 20));
        padded.extend(vec![1; 10 << 20]);
        assert_eq!(refused(&padded, None), expected(64 << 20));
        assert_eq!(unpack("f", &bomb(64 << 20), None).unwrap().len(), 64 << 20);
    }

    #[test]
    fn bounds_grow_with_the_file_and_end() {
        let bounds = [0, 1 << 20, 1 << 30, u64::MAX].map(|packed| bound(packed, None));
        assert_eq!(bounds, [64 << 20, 100 << 20, 4 << 30, 4 << 30]);
        assert_eq!(bound(1, Some(7 << 40)), 7 << 40);
    }
}
