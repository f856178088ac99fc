//! Where data meets the file system, and nowhere else: parsers take bytes, so that they also
//! serve where there are no files.

use std::ffi::OsString;
use std::fs::{File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::error::DataError;
use super::gzip;
use crate::report::patience::Patience;

/// The bytes of a file of a reasonable size.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, DataError> {
    read_within(path, None)
}

/// The bytes of a file, which must be no more than `largest`, the config's `data.largest`.
pub(crate) fn read_within(path: &Path, largest: Option<u64>) -> Result<Vec<u8>, DataError> {
    let error = |message: String| DataError::new(path.display().to_string(), message);
    let failed = |failure: io::Error| error(failure.to_string());
    // Before it is opened: to open a pipe is to wait for whoever writes into it.
    let metadata = path.metadata().map_err(failed)?;
    let most = largest.unwrap_or(gzip::LARGEST);
    if is_open_pipe(path, &metadata) {
        let mut bytes = vec![];
        File::open(path).and_then(|pipe| pipe.take(most.saturating_add(1)).read_to_end(&mut bytes)).map_err(failed)?;
        return match bytes.len() as u64 > most {
            true => Err(error(format!("more than {most} bytes; {}", gzip::MEANT))),
            false => Ok(bytes),
        };
    }
    if let Some(kind) = no_file(&metadata) {
        return Err(error(format!("this is {kind}, where a file is wanted")));
    }
    let length = metadata.len();
    if length > most {
        return Err(error(format!("{length} bytes are more than {most}; {}", gzip::MEANT)));
    }
    // What the kernel makes up has no length, and some of it no end.
    if length == 0 {
        return Ok(vec![]);
    }
    let mut file = File::open(path).map_err(failed)?;
    let mut bytes = vec![0; length.min(START) as usize];
    file.read_exact(&mut bytes).map_err(failed)?;
    if length > LARGE && bytes.iter().all(|byte| *byte == 0) {
        return Err(error(format!("it begins with {START} zeros: the file was never written, or is damaged")));
    }
    bytes
        .try_reserve_exact((length as usize).saturating_sub(bytes.len()))
        .map_err(|failure| error(failure.to_string()))?;
    // It may grow meanwhile, but not on us.
    file.take(length - bytes.len() as u64).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// Files of more bytes are looked at before they are read whole.
const LARGE: u64 = 64 << 20;

/// How many bytes are looked at.
const START: u64 = 4096;

/// Whether this is a pipe that the shell made, below /dev: it has a writer, while to open another is to wait for one.
fn is_open_pipe(path: &Path, metadata: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        metadata.file_type().is_fifo() && path.starts_with("/dev")
    }
    #[cfg(not(unix))]
    {
        let _ = (path, metadata);
        false
    }
}

/// What is there instead of a file.
fn no_file(metadata: &Metadata) -> Option<&'static str> {
    if metadata.is_file() {
        return None;
    }
    if metadata.is_dir() {
        return Some("a folder");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        let kind = metadata.file_type();
        if kind.is_fifo() {
            return Some("a pipe (save what it gives as a file first)");
        }
        if kind.is_socket() {
            return Some("a socket");
        }
    }
    Some("a device")
}

/// The first of `names` that is in `folder`.
pub(crate) fn find(folder: &Path, names: &[String]) -> Result<PathBuf, DataError> {
    let paths = names.iter().map(|name| folder.join(name));
    paths.into_iter().find(|path| path.is_file()).ok_or_else(|| {
        let message = match folder.is_dir() {
            true => format!("none of these files is there: {}", names.join(", ")),
            false => "there is no such folder".to_string(),
        };
        DataError::new(folder.display().to_string(), message)
    })
}

/// The folder that `path` (the config's `data.path`), else `$GRADUS_DATA`, else `otherwise`
/// gives. Under `$GRADUS_DATA`, which may hold several sets, a folder called `set` is preferred.
pub(crate) fn folder(path: &str, set: &str, otherwise: Option<&str>) -> Result<PathBuf, DataError> {
    choose(path, std::env::var_os("GRADUS_DATA"), set, otherwise)
}

fn choose(path: &str, variable: Option<OsString>, set: &str, otherwise: Option<&str>) -> Result<PathBuf, DataError> {
    if !path.is_empty() {
        return Ok(PathBuf::from(path));
    }
    if let Some(root) = variable.filter(|root| !root.is_empty()) {
        let root = PathBuf::from(root);
        let inner = root.join(set);
        return Ok(if inner.is_dir() { inner } else { root });
    }
    let message = "no path: set data.path in the config, or the variable GRADUS_DATA";
    otherwise.map(PathBuf::from).ok_or_else(|| DataError::new(set, message))
}

/// What is in a folder, sorted by name; names that begin with a dot are hidden and left out.
pub(crate) fn entries(folder: &Path) -> Result<Vec<PathBuf>, DataError> {
    let failed = |error: io::Error| DataError::new(folder.display().to_string(), error.to_string());
    let entries = std::fs::read_dir(folder).map_err(failed)?;
    let paths: Result<Vec<PathBuf>, io::Error> = entries.map(|entry| Ok(entry?.path())).collect();
    let mut paths = paths.map_err(failed)?;
    paths.retain(|path| !name(path).starts_with('.'));
    paths.sort();
    Ok(paths)
}

/// The last part of a path.
pub(crate) fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// What tells a file from one that was written later under the same name: size and time.
pub(crate) fn stamp(path: &Path) -> Result<String, DataError> {
    let failed = |error: io::Error| DataError::new(path.display().to_string(), error.to_string());
    let metadata = path.metadata().map_err(failed)?;
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    Ok(format!("{} {}", metadata.len(), modified.unwrap_or_default().as_nanos()))
}

/// Reads many files on all threads and hands each one's bytes to `parse`; the results are in the
/// order of `paths`. If it takes long, a bar on stderr says so, where that is a terminal.
pub(crate) fn read_each<T: Send>(
    what: &str,
    paths: &[PathBuf],
    parse: impl Fn(Result<Vec<u8>, DataError>) -> T + Sync,
) -> Vec<T> {
    let bar = Patience::new(what, paths.len() as u64);
    let of = |path: &PathBuf| {
        let parsed = parse(read(path));
        bar.advance(1);
        parsed
    };
    let results = paths.par_iter().map(of).collect();
    bar.finish();
    results
}

/// Where decoded data may be kept for the next start: `gradus` in the user's folder for caches.
pub(crate) fn cache_folder() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let user = if cfg!(windows) {
        variable("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        variable("HOME").map(|home| home.join("Library/Caches"))
    } else {
        variable("XDG_CACHE_HOME").or_else(|| variable("HOME").map(|home| home.join(".cache")))
    };
    user.map(|user| user.join("gradus"))
}

/// Writes a file that is there whole or not at all, in a folder that is made where it is missing.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_comes_before_the_variable_and_that_before_the_system() {
        let root = tempfile::tempdir().unwrap();
        let variable = || Some(root.path().as_os_str().to_owned());
        let system = Some("/system");
        let chosen = |path, variable, otherwise| choose(path, variable, "set", otherwise).unwrap();
        assert_eq!(chosen("here", variable(), system), Path::new("here"));
        assert_eq!(chosen("", variable(), system), root.path());
        std::fs::create_dir(root.path().join("set")).unwrap();
        assert_eq!(chosen("", variable(), system), root.path().join("set"));
        assert_eq!(chosen("", None, system), Path::new("/system"));
        assert_eq!(chosen("", Some("".into()), system), Path::new("/system"));
        let error = choose("", None, "set", None).unwrap_err().to_string();
        assert!(error.starts_with("set: no path: set data.path"), "{error}");
    }
}
