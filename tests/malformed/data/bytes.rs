//! Pieces that malformed files are made of.

use std::{ffi::CString, fs::File, io::Write, os::unix::net::UnixListener, path::Path};

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(vec![], flate2::Compression::best());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// So many times 16 MiB of one byte, packed, behind a beginning: each part a gzip file of its own, as the format
/// allows, so that it takes no time to make.
pub fn bomb(start: &[u8], byte: u8, times: usize) -> Vec<u8> {
    let part = gzip(&vec![byte; 16 << 20]);
    [gzip(start), part.repeat(times)].concat()
}

/// A file with a hole of so many bytes.
pub fn hole(path: &Path, bytes: u64) {
    File::create(path).and_then(|file| file.set_len(bytes)).expect("a file");
}

pub fn pipe(path: &Path) {
    let path = CString::new(path.to_str().expect("text")).expect("no zero");
    // SAFETY: the text ends with a zero.
    assert_eq!(unsafe { libc::mkfifo(path.as_ptr(), 0o600) }, 0);
}

pub fn socket(path: &Path) {
    UnixListener::bind(path).expect("a socket");
}

/// A link to itself.
pub fn circle(path: &Path) {
    std::os::unix::fs::symlink(path, path).expect("a link");
}

pub fn link(to: &str, path: &Path) {
    std::os::unix::fs::symlink(to, path).expect("a link");
}
