//! A run directory. Files that a run could be lost without are there whole or not at all: they are
//! written beside, synced, and renamed.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::train::Error;

/// A run directory that was made or found.
#[derive(Debug)]
pub struct RunDirectory {
    path: PathBuf,
}

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
                result => return result.and_then(|()| RunDirectory::prepare(path)),
            }
        }
        unreachable!("some number is free")
    }

    /// Makes a new directory, which must not exist or be empty: a run never overwrites another.
    ///
    /// # Errors
    /// It has something in it, or what the system says.
    pub fn create(path: &Path) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        if fs::read_dir(path)?.next().is_some() {
            let message = "not empty: take another --out, or --resume to go on with the run that is there";
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
        }
        RunDirectory::prepare(path.to_owned())
    }

    /// A directory that a run left. Nothing is written: it may be on a disk that is only read.
    ///
    /// # Errors
    /// It has no config.toml.
    pub fn existing(path: &Path) -> io::Result<Self> {
        if !path.join("config.toml").is_file() {
            return Err(io::Error::new(io::ErrorKind::NotFound, "no run directory (no config.toml)"));
        }
        Ok(RunDirectory { path: path.to_owned() })
    }

    /// A directory that a run left and another will go on writing to.
    ///
    /// # Errors
    /// It has no config.toml, or what the system says.
    pub fn resumed(path: &Path) -> io::Result<Self> {
        RunDirectory::prepare(RunDirectory::existing(path)?.path)
    }

    fn prepare(path: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(path.join("checkpoints"))?;
        fs::create_dir_all(path.join("plots"))?;
        Ok(RunDirectory { path })
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
        let path = self.file(name);
        replace(&path, contents).map_err(|error| Error::File { path: path.display().to_string(), error })
    }

    /// Appends lines to a file.
    ///
    /// # Errors
    /// What the system says.
    pub fn append(&self, name: &str, lines: &str) -> Result<(), Error> {
        let path = self.file(name);
        let append = || OpenOptions::new().create(true).append(true).open(&path)?.write_all(lines.as_bytes());
        append().map_err(|error| Error::File { path: path.display().to_string(), error })
    }

    /// Keeps the lines of a JSON-lines file whose `step` is at most `step`: what a run wrote after
    /// its last checkpoint will be written again.
    ///
    /// # Errors
    /// What the system says.
    pub fn truncate(&self, name: &str, step: u64) -> Result<(), Error> {
        let Ok(text) = fs::read_to_string(self.file(name)) else { return Ok(()) };
        let keep = |line: &&str| {
            let value: Option<serde_json::Value> = serde_json::from_str(line).ok();
            value.and_then(|value| value["step"].as_u64()).is_some_and(|at| at <= step)
        };
        let kept: String = text.lines().filter(keep).flat_map(|line| [line, "\n"]).collect();
        self.write(name, kept.as_bytes())
    }
}

/// A run's name as a file may have it.
pub(crate) fn file_name(name: &str) -> String {
    name.chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect()
}

/// Replaces a file, whole or not at all. What is there and no plain file (a device, a pipe, a link) is
/// written through instead: a rename would put a file in its place.
pub(crate) fn replace(path: &Path, contents: &[u8]) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok_and(|there| !there.is_file()) {
        return OpenOptions::new().write(true).create(true).truncate(true).open(path)?.write_all(contents);
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(parent)?;
    file.write_all(contents)?;
    file.as_file().sync_all()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Temporary files are their owner's alone; results are like any other file.
        file.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
    }
    file.persist(path)?;
    // The new name must be on the disk too.
    if cfg!(unix) { File::open(parent)?.sync_all() } else { Ok(()) }
}
