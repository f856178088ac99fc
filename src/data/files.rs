//! Where data meets the file system, and nowhere else: parsers take bytes, so that they also
//! serve where there are no files.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::error::DataError;

/// The bytes of a file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, DataError> {
    std::fs::read(path).map_err(|error| DataError::new(path.display().to_string(), error.to_string()))
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
