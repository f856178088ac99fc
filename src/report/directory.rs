//! A run directory, and who writes to it: one process at a time. Files that a run could be lost without are there
//! whole or not at all: they are written beside, synced, and renamed, and a link that stands in a file's place is
//! replaced by the file.

mod lock;

use std::{
    cell::Cell,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::train::Error;
use lock::Lock;

/// A run directory that was made or found.
#[derive(Debug)]
pub struct RunDirectory {
    path: PathBuf,
    /// What keeps other processes from writing; a run that is just read has none.
    lock: Option<Lock>,
    /// How many more times the disk works before it fails once, for tests.
    failing: Cell<Option<(usize, io::ErrorKind)>>,
}

/// Its folders.
const FOLDERS: [&str; 2] = ["checkpoints", "plots"];

impl RunDirectory {
    /// Makes a new directory for a run of this name below `runs/`: `NAME`, or `NAME-2`, … if that
    /// is taken.
    ///
    /// # Errors
    /// What the system says.
    pub fn new_below(parent: &Path, name: &str) -> io::Result<Self> {
        fs::create_dir_all(parent)?;
        let name = file_name(name);
        for number in 1.. {
            let path = parent.join(if number == 1 { name.clone() } else { format!("{name}-{number}") });
            match fs::create_dir(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                result => return result.and_then(|()| RunDirectory::locked(path)),
            }
        }
        unreachable!("some number is free")
    }

    /// Makes a new directory, which must not exist or have nothing of a run in it: a run never overwrites another.
    ///
    /// # Errors
    /// It has something in it, or what the system says.
    pub fn create(path: &Path) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            // What a run leaves that was killed before its first file.
            let nothing =
                name == lock::NAME || is_unfinished(&name) || FOLDERS.contains(&&*name) && is_empty(&entry.path());
            if !nothing {
                let message = "not empty: take another --out, or --resume to go on with the run that is there";
                return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
            }
        }
        RunDirectory::locked(path.to_owned())
    }

    /// A directory that a run left. Nothing is written: it may be on a disk that is only read.
    ///
    /// # Errors
    /// It has no config.toml.
    pub fn existing(path: &Path) -> io::Result<Self> {
        if !path.join("config.toml").is_file() {
            return Err(io::Error::new(io::ErrorKind::NotFound, "no run directory (no config.toml)"));
        }
        Ok(RunDirectory { path: path.to_owned(), lock: None, failing: Cell::default() })
    }

    /// A directory that a run left and another will go on writing to.
    ///
    /// # Errors
    /// It has no config.toml, another process is writing to it, or what the system says.
    pub fn resumed(path: &Path) -> io::Result<Self> {
        RunDirectory::existing(path)?;
        RunDirectory::locked(path.to_owned())
    }

    /// Makes the folders, and takes away what an interrupted write left: nobody else is writing.
    fn locked(path: PathBuf) -> io::Result<Self> {
        let lock = Lock::take(&path)?;
        for folder in FOLDERS {
            let folder = path.join(folder);
            if folder.is_symlink() {
                let message = format!("{} is a link: a run writes through none", folder.display());
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
            }
            fs::create_dir_all(&folder)?;
            take_away_unfinished(&folder)?;
        }
        take_away_unfinished(&path)?;
        Ok(RunDirectory { path, lock: Some(lock), failing: Cell::default() })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// One of its files.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Replaces a file, whole or not at all.
    ///
    /// # Errors
    /// What the system says; the old file is then still there.
    pub fn write(&self, name: &str, contents: &[u8]) -> Result<(), Error> {
        self.stage(name, contents)?;
        self.publish(name)?;
        self.settle(name)
    }

    /// Writes what a file shall be beside it, down to the disk.
    ///
    /// # Errors
    /// What the system says; nothing is then left of it.
    pub fn stage(&self, name: &str, contents: &[u8]) -> Result<(), Error> {
        let beside = beside(&self.file(name));
        let staged = self.attempt(name, || {
            // Nothing that stands there is followed or kept.
            let _ = fs::remove_file(&beside);
            let mut file = OpenOptions::new().write(true).create_new(true).open(&beside)?;
            self.put(&mut file, contents)?;
            Ok(file)
        });
        let synced = staged.and_then(|file| self.attempt(name, || file.sync_all()));
        synced.inspect_err(|_| _ = fs::remove_file(&beside))
    }

    /// Puts what was staged in the file's place.
    ///
    /// # Errors
    /// What the system says; the old file is then still there.
    pub fn publish(&self, name: &str) -> Result<(), Error> {
        let file = self.file(name);
        let renamed = self.attempt(name, || fs::rename(beside(&file), &file));
        renamed.inspect_err(|_| _ = fs::remove_file(beside(&file)))
    }

    /// Renames a file that is there.
    ///
    /// # Errors
    /// What the system says.
    pub fn rename(&self, from: &str, to: &str) -> Result<(), Error> {
        self.attempt(to, || fs::rename(self.file(from), self.file(to)))
    }

    /// Brings the names of a file's folder to the disk, too.
    ///
    /// # Errors
    /// What the system says.
    pub fn settle(&self, name: &str) -> Result<(), Error> {
        self.attempt(name, || sync_folder(&self.file(name)))
    }

    /// Appends lines to a file, and brings them to the disk.
    ///
    /// # Errors
    /// What the system says.
    pub fn append(&self, name: &str, lines: &str) -> Result<(), Error> {
        let file = self.attempt(name, || {
            let mut file = options_without_links().create(true).append(true).open(self.file(name))?;
            self.put(&mut file, lines.as_bytes())?;
            Ok(file)
        })?;
        self.attempt(name, || file.sync_data())
    }

    /// Cuts a file off behind so many bytes, if it is there.
    ///
    /// # Errors
    /// What the system says.
    pub fn truncate(&self, name: &str, bytes: u64) -> Result<(), Error> {
        self.attempt(name, || match options_without_links().write(true).open(self.file(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            file => file?.set_len(bytes),
        })
    }

    /// Lets the disk fail once with this error, after so many times that it still works: for tests of what
    /// is then left. A write that fails has written half.
    #[doc(hidden)]
    pub fn fail_after(&self, times: usize, error: io::ErrorKind) {
        self.failing.set(Some((times, error)));
    }

    /// Whether the failure that a test wanted has happened.
    #[doc(hidden)]
    pub fn has_failed(&self) -> bool {
        self.failing.get().is_none()
    }

    /// Everything that changes the disk goes through here.
    fn attempt<T>(&self, name: &str, what: impl FnOnce() -> io::Result<T>) -> Result<T, Error> {
        let done = self.strike().and_then(|()| what());
        done.map_err(|error| Error::File { path: self.file(name).display().to_string(), error })
    }

    fn put(&self, file: &mut File, contents: &[u8]) -> io::Result<()> {
        let struck = self.strike();
        file.write_all(if struck.is_ok() { contents } else { &contents[..contents.len() / 2] })?;
        struck
    }

    /// The failure that a test wants, if this is where.
    fn strike(&self) -> io::Result<()> {
        let Some((times, error)) = self.failing.take() else { return Ok(()) };
        let left = times.checked_sub(1).ok_or(error)?;
        self.failing.set(Some((left, error)));
        Ok(())
    }
}

impl Drop for RunDirectory {
    /// A write that failed leaves nothing behind.
    fn drop(&mut self) {
        if self.lock.is_some() {
            for folder in FOLDERS {
                let _ = take_away_unfinished(&self.path.join(folder));
            }
            let _ = take_away_unfinished(&self.path);
        }
    }
}

/// Where a file is written before it takes its place. The name is the same each time: what a killed process
/// left is overwritten or taken away.
fn beside(file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    file.with_file_name(format!(".{name}.tmp"))
}

fn is_unfinished(name: &str) -> bool {
    name.starts_with('.') && name.ends_with(".tmp")
}

fn take_away_unfinished(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if is_unfinished(&entry.file_name().to_string_lossy()) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn is_empty(folder: &Path) -> bool {
    let only_unfinished =
        |entry: io::Result<fs::DirEntry>| entry.is_ok_and(|entry| is_unfinished(&entry.file_name().to_string_lossy()));
    fs::read_dir(folder).is_ok_and(|mut entries| entries.all(only_unfinished))
}

/// Opens nothing through a link: it may lead anywhere.
fn options_without_links() -> OpenOptions {
    #[allow(unused_mut, reason = "only some systems have links to leave alone")]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW);
    options
}

/// Brings a new name to the disk: that of the file, in its folder.
fn sync_folder(file: &Path) -> io::Result<()> {
    let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if cfg!(unix) { File::open(parent)?.sync_all() } else { Ok(()) }
}

/// A run's name as a file may have it.
pub(crate) fn file_name(name: &str) -> String {
    name.chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect()
}

/// Replaces a file that someone named, whole or not at all. What is there and no plain file (a device, a pipe, a
/// link) is written through instead: a rename would put a file in its place.
pub(crate) fn replace(path: &Path, contents: &[u8]) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok_and(|there| !there.is_file()) {
        return OpenOptions::new().write(true).create(true).truncate(true).open(path)?.write_all(contents);
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    // Temporary files are their owner's alone; results are like any other file: what the umask leaves.
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(parent)?;
    file.write_all(contents)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    sync_folder(path)
}
