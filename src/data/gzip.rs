//! Bytes that may be packed with gzip.

use std::io::Read;

use flate2::bufread::MultiGzDecoder;

use super::error::DataError;

/// The most that a file may hold once unpacked: more than any GPU's buffers, and little enough
/// that a malicious gzip file can't fill the memory unseen.
pub(crate) const LARGEST: u64 = 4 << 30;

/// A reader of `bytes` as they are, or unpacked where they are gzip (told by its magic number).
pub(crate) fn unpacked(bytes: &[u8]) -> Box<dyn Read + '_> {
    match bytes {
        [0x1f, 0x8b, ..] => Box::new(MultiGzDecoder::new(bytes)),
        _ => Box::new(bytes),
    }
}

/// The first bytes, once unpacked; fewer where there are fewer.
pub(crate) fn start(file: &str, bytes: &[u8], count: u64) -> Result<Vec<u8>, DataError> {
    let mut start = vec![];
    unpacked(bytes).take(count).read_to_end(&mut start).map_err(|error| broken(file, &error))?;
    Ok(start)
}

/// All that `reader` holds, which must be at most `limit` bytes.
pub(crate) fn read_all(file: &str, reader: impl Read, limit: u64) -> Result<Vec<u8>, DataError> {
    let mut bytes = Vec::new();
    reader.take(limit + 1).read_to_end(&mut bytes).map_err(|error| broken(file, &error))?;
    if bytes.len() as u64 > limit {
        return Err(DataError::new(file, format!("more than {limit} bytes")));
    }
    Ok(bytes)
}

/// The error of a file that ends too early or is damaged.
pub(crate) fn broken(file: &str, error: &std::io::Error) -> DataError {
    let message = match error.kind() {
        std::io::ErrorKind::UnexpectedEof => "the file is truncated".to_string(),
        _ => format!("the file is damaged: {error}"),
    };
    DataError::new(file, message)
}
