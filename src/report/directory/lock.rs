//! One writer at a time. The system's own locks on a file: a process that dies holds none.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
};

use super::options_without_links;

/// The file that is locked, in the folder that it keeps to one writer. It says whose process that is.
pub const NAME: &str = ".lock";

/// A lock on a folder.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    _file: File,
    /// A disk that knows no locks has none to give.
    held: bool,
}

impl Lock {
    /// Locks a folder.
    ///
    /// # Errors
    /// Another process has it, or what the system says.
    pub fn take(folder: &Path) -> io::Result<Lock> {
        let path = folder.join(NAME);
        loop {
            let mut file = options_without_links().read(true).write(true).create(true).truncate(false).open(&path)?;
            let held = match file.try_lock() {
                Ok(()) => true,
                Err(TryLockError::WouldBlock) => return Err(taken(&mut file)),
                Err(TryLockError::Error(error)) => {
                    log::warn!("{}: {error}: nothing keeps a second process from writing here", folder.display());
                    false
                }
            };
            // Its last owner may have taken the file away in between: then this is the lock of nothing.
            if !held || is_at(&file, &path) {
                // Who it is helps people alone: a full disk is no reason not to go on.
                let said = file.set_len(0).and_then(|()| file.rewind());
                let _ = said.and_then(|()| write!(file, "{}", std::process::id()));
                return Ok(Lock { path, _file: file, held });
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // While it is still locked: whoever opened the file before finds that it is gone, and makes another.
        if self.held && cfg!(unix) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn taken(file: &mut File) -> io::Error {
    let mut owner = String::new();
    let _ = file.read_to_string(&mut owner);
    let owner = owner.parse::<u32>().map_or(String::new(), |process| format!(" (process {process})"));
    io::Error::new(io::ErrorKind::WouldBlock, format!("another process{owner} is writing to this run"))
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |there: fs::Metadata| (there.dev(), there.ino());
    let (locked, there) = (file.metadata().map(identity), fs::symlink_metadata(path).map(identity));
    matches!((locked, there), (Ok(a), Ok(b)) if a == b)
}

#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}
