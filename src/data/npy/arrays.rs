//! Arrays by name, in an archive or a folder.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use super::super::error::DataError;
use super::super::files;
use super::super::gzip;
use super::array::{Array, MAGIC};
use crate::config::nearest;

/// What a data set's arrays are called: Keras's names for them, or those without a test set.
pub(super) const NAMES: [&str; 6] = ["x_train", "y_train", "x_test", "y_test", "x", "y"];

/// Where arrays lie, and what they are called there.
pub(super) struct Arrays {
    place: String,
    names: Vec<String>,
    holder: Holder,
    /// The config's `data.largest`.
    largest: Option<u64>,
}

enum Holder {
    Folder(PathBuf),
    /// And its bytes.
    Archive(ZipArchive<Cursor<Vec<u8>>>, u64),
}

impl Arrays {
    /// Lists a folder or an archive.
    pub fn open(path: &Path, largest: Option<u64>) -> Result<Arrays, DataError> {
        let place = path.display().to_string();
        if path.is_dir() {
            let files: Vec<String> = files::entries(path)?.iter().map(|path| files::name(path)).collect();
            let names = arrays(files.iter());
            return Ok(Arrays { place, names, holder: Holder::Folder(path.to_path_buf()), largest });
        }
        let bytes = files::read_within(path, largest)?;
        if bytes.starts_with(MAGIC) {
            let message = "this is one array; set data.path to the folder that holds it, or to an .npz archive";
            return Err(DataError::new(place, message));
        }
        if !bytes.starts_with(b"PK") {
            let message = "this is no .npz archive (np.savez, np.savez_compressed), nor a folder with .npy files";
            return Err(DataError::new(place, message));
        }
        Arrays::archive(path, bytes, largest)
    }

    /// Lists an archive that was read.
    pub fn archive(path: &Path, bytes: Vec<u8>, largest: Option<u64>) -> Result<Arrays, DataError> {
        let (place, size) = (path.display().to_string(), bytes.len() as u64);
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(&place, &error))?;
        // A name that is no text is none that is looked for.
        let names = arrays(archive.file_names().filter_map(Result::ok));
        Ok(Arrays { place, names, holder: Holder::Archive(archive, size), largest })
    }

    /// Whether there is an array of that name.
    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// The name as it is written here: `X_train` is `x_train` to most users.
    fn find(&self, name: &str) -> Option<&str> {
        let exact = self.names.iter().find(|own| *own == name);
        exact.or_else(|| self.names.iter().find(|own| own.eq_ignore_ascii_case(name))).map(String::as_str)
    }

    /// The array `x`, or the only one that there is.
    pub fn only_x(&mut self) -> Result<Array, DataError> {
        let name = match &self.names[..] {
            [only] => only.clone(),
            _ if self.has("x") => "x".to_string(),
            names => {
                let message = format!("no array `x` is among [{}]; np.savez(file, x=…) names it", names.join(", "));
                return Err(DataError::new(&self.place, message));
            }
        };
        self.read(&name)
    }

    /// The array of that name.
    pub fn read(&mut self, name: &str) -> Result<Array, DataError> {
        let Some(file) = self.find(name).map(|own| format!("{own}.npy")) else {
            return Err(self.missing(name));
        };
        match &mut self.holder {
            Holder::Folder(folder) => {
                let path = folder.join(file);
                let bytes = files::read_within(&path, self.largest)?;
                let most = self.largest.unwrap_or(gzip::LARGEST);
                Array::read(path.display().to_string(), bytes.as_slice(), most)
            }
            Holder::Archive(archive, size) => {
                let place = format!("{}, {file}", self.place);
                let entry = archive.by_name(&file).map_err(|error| damaged(&place, &error))?;
                let most = gzip::bound(entry.compressed_size().min(*size), self.largest);
                Array::read(place, entry, most)
            }
        }
    }

    fn missing(&self, name: &str) -> DataError {
        let found = match &self.names[..] {
            [] => "there is no array at all;".to_string(),
            names => format!("there is no array `{name}` among {};", names.join(", ")),
        };
        // What is one array already is no misspelling of another.
        let others: Vec<&String> = self.names.iter().filter(|own| !NAMES.contains(&own.as_str())).collect();
        let near = nearest(name, &others).map(|near| format!(" is it `{near}`?")).unwrap_or_default();
        let message = format!(
            "{found}{near} x_train, y_train, x_test and y_test are wanted, or x and y, \
             as np.savez(file, x=…, y=…) names them"
        );
        DataError::new(&self.place, message)
    }
}

/// The names of the arrays among files, sorted.
fn arrays(files: impl Iterator<Item = impl AsRef<str>>) -> Vec<String> {
    let mut names: Vec<String> =
        files.filter_map(|file| Some(file.as_ref().strip_suffix(".npy")?.to_string())).collect();
    names.sort();
    names
}

fn damaged(place: &str, error: &zip::result::ZipError) -> DataError {
    let message = match error {
        // Encrypted, or packed in a way of its own.
        zip::result::ZipError::UnsupportedArchive(what) => {
            format!("the archive can't be read: {what}; np.savez and np.savez_compressed write those that can")
        }
        _ => format!("the archive is damaged: {error}"),
    };
    DataError::new(place, message)
}
