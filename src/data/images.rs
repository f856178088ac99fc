//! Pictures as people keep them: a folder for every class, PNG and JPEG files within.
//!
//! Decoding takes long, so that its result is kept in the user's folder for caches (see `cache`).

mod cache;
mod decode;
mod resize;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::dataset::{Inputs, Origin, Targets};
use super::error::DataError;
use super::files;
use super::source::{Examples, Source};
use crate::config::DataConfig;
use cache::Cache;
pub(crate) use decode::RULES;
use decode::{Picture, Way};

/// Any folder of pictures.
pub const IMAGES: Source = Source {
    name: "images",
    doc: "a folder a class with PNG and JPEG pictures of one size; in train/ and test/ where both exist",
    pictures: Some(true),
    keys: &["path", "test", "largest", "allow_broken", "grayscale", "resize"],
    known: |_| None,
    made: None,
    load: |request| {
        let folder = files::folder(&request.config.path, "images", None)?;
        load(&folder, request.config, files::cache_folder().as_deref())
    },
};

/// Names that an error or a warning lists at most.
const NAMED: usize = 10;

/// The files of a set. Classes take turns, so that the first N are of all classes.
#[derive(Debug)]
struct Listing {
    classes: Vec<String>,
    paths: Vec<PathBuf>,
    labels: Vec<u32>,
    /// How many of them train; the others test.
    training: usize,
}

/// What the files of a listing decode to.
#[derive(Clone, Debug, Default, PartialEq)]
struct Decoded {
    /// `[channels, height, width]` of every picture.
    shape: Vec<usize>,
    /// The pixels of all that could be decoded.
    pixels: Vec<u8>,
    /// Which could not, and why.
    broken: Vec<(usize, String)>,
    /// Those of which something is left out.
    lost: Lost,
}

/// Pictures that are more than their pixels: how many, and which is the first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Lost {
    transparent: Option<(usize, usize)>,
    deep: Option<(usize, usize)>,
}

impl Lost {
    /// Counts a picture.
    fn add(&mut self, at: usize, picture: &Picture) {
        for (is, lost) in [(picture.transparent, &mut self.transparent), (picture.deep, &mut self.deep)] {
            if is {
                lost.get_or_insert((0, at)).0 += 1;
            }
        }
    }

    /// Says once of each kind what is left out.
    fn warn(&self, folder: &str, paths: &[PathBuf]) {
        let all = paths.len();
        let name = |at: usize| paths.get(at).map_or_else(String::new, |path| path.display().to_string());
        if let Some((count, first)) = self.transparent {
            log::warn!(
                "{folder}: {count} of {all} pictures are transparent in parts, the first is {}; transparency is left \
                 out, and the colours beneath it taken. Put them on a background first if it says what is seen",
                name(first)
            );
        }
        if let Some((count, first)) = self.deep {
            log::warn!(
                "{folder}: {count} of {all} pictures have 16 bits a channel, the first is {}; the lower eight are \
                 left out. source = \"npy\" keeps all sixteen",
                name(first)
            );
        }
    }
}

fn load(folder: &Path, config: &DataConfig, caches: Option<&Path>) -> Result<Examples, DataError> {
    let listing = Listing::read(folder)?;
    let cache = caches.map(|caches| Cache::new(caches, folder, &listing, config)).transpose()?;
    let decoded = match cache.as_ref().and_then(Cache::read) {
        Some(decoded) => decoded,
        None => {
            let decoded = decode_all(&listing, config)?;
            if let Some(cache) = &cache {
                cache.write(&decoded);
            }
            decoded
        }
    };
    examples(folder, &listing, decoded, config.allow_broken)
}

fn examples(folder: &Path, listing: &Listing, decoded: Decoded, allow_broken: bool) -> Result<Examples, DataError> {
    let Decoded { shape, pixels, broken, lost } = decoded;
    let folder = folder.display().to_string();
    lost.warn(&folder, &listing.paths);
    if !broken.is_empty() {
        let message = describe(listing, &broken);
        if !allow_broken {
            let help = "repair or remove them, or set data.allow_broken = true to leave them out";
            return Err(DataError::new(folder, format!("{message}; {help}")));
        }
        log::warn!("{folder}: {message}; they are left out");
    }
    let mut good = vec![true; listing.paths.len()];
    broken.iter().for_each(|(at, _)| good[*at] = false);
    let labels = |range: std::ops::Range<usize>| -> Vec<u32> {
        range.filter(|&at| good[at]).map(|at| listing.labels[at]).collect()
    };
    let (mut train, test) = (labels(0..listing.training), labels(listing.training..listing.paths.len()));
    // A class without a picture is as wrong here as an empty folder is.
    let classes = listing.classes.iter().zip(0_u32..);
    let lost: Vec<&str> = classes.filter(|(_, label)| !train.contains(label)).map(|(name, _)| name.as_str()).collect();
    if !lost.is_empty() {
        let message = format!("no picture to train on is left of these classes: {}", lost.join(", "));
        return Err(DataError::new(folder, message));
    }
    let given = listing.training < listing.paths.len();
    if given && test.is_empty() {
        return Err(DataError::new(folder, "no picture is left to test on"));
    }
    let given = given.then_some(test.len());
    train.extend(test);
    Ok(Examples {
        shape,
        inputs: Inputs::Bytes { values: pixels, maximum: 255.0 },
        targets: Targets::Classes { labels: train, count: listing.classes.len(), names: Some(listing.classes.clone()) },
        test: given,
        origin: Origin::default(),
    })
}

/// How many pictures can't be decoded, which, and why.
fn describe(listing: &Listing, broken: &[(usize, String)]) -> String {
    let name = |(at, why): &(usize, String)| format!("{} ({why})", listing.paths[*at].display());
    let mut names: Vec<String> = broken.iter().take(NAMED).map(name).collect();
    if broken.len() > NAMED {
        names.push("…".to_string());
    }
    format!("{} of {} pictures can't be decoded: {}", broken.len(), listing.paths.len(), names.join(", "))
}

impl Listing {
    /// Lists `train/` and `test/` of a folder where it has both, else the folder itself.
    fn read(folder: &Path) -> Result<Listing, DataError> {
        let (train, test) = (folder.join("train"), folder.join("test"));
        let parts = if train.is_dir() && test.is_dir() { vec![train, test] } else { vec![folder.to_path_buf()] };
        let mut listing = Listing { classes: vec![], paths: vec![], labels: vec![], training: 0 };
        for (part, folder) in parts.iter().enumerate() {
            let folders: Vec<PathBuf> = files::entries(folder)?.into_iter().filter(|path| path.is_dir()).collect();
            let names: Vec<String> = folders.iter().map(|path| files::name(path)).collect();
            if names.is_empty() {
                let message = "no folder is here, where one for every class is wanted";
                return Err(DataError::new(folder.display().to_string(), message));
            }
            match part {
                0 => listing.classes = names,
                _ if names != listing.classes => return Err(other_classes(folder, &listing.classes, &names)),
                _ => {}
            }
            listing.add(&folders)?;
            if part == 0 {
                listing.training = listing.paths.len();
            }
        }
        Ok(listing)
    }

    /// Adds the pictures of folders, the first of each, then the second of each, and so on.
    fn add(&mut self, folders: &[PathBuf]) -> Result<(), DataError> {
        let mut turns = vec![];
        for (label, folder) in folders.iter().enumerate() {
            let (pictures, others): (Vec<_>, Vec<_>) =
                files::entries(folder)?.into_iter().partition(|path| is_picture(path));
            let place = folder.display().to_string();
            if pictures.is_empty() {
                return Err(DataError::new(place, "no PNG or JPEG picture is in the folder of this class"));
            }
            if let Some(first) = others.first() {
                let (count, first) = (others.len(), files::name(first));
                log::warn!("{place}: left out as no .png, .jpg or .jpeg file: {count}, the first is {first}");
            }
            turns.extend(pictures.into_iter().enumerate().map(|(turn, path)| (turn, label as u32, path)));
        }
        turns.sort();
        for (_, label, path) in turns {
            self.labels.push(label);
            self.paths.push(path);
        }
        Ok(())
    }
}

fn other_classes(folder: &Path, train: &[String], test: &[String]) -> DataError {
    let lacks = |some: &[String], others: &[String]| -> Vec<String> {
        others.iter().filter(|name| !some.contains(name)).cloned().collect()
    };
    let (missing, more) = (lacks(test, train).join(", "), lacks(train, test).join(", "));
    let message = format!("other classes than train/ has; missing here: [{missing}], only here: [{more}]");
    DataError::new(folder.display().to_string(), message)
}

fn is_picture(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    matches!(extension.as_str(), "png" | "jpg" | "jpeg") && path.is_file()
}

fn decode_all(listing: &Listing, config: &DataConfig) -> Result<Decoded, DataError> {
    let way = Way::new(config);
    let pictures =
        files::read_each("decoding", &listing.paths, |bytes| way.decode(&bytes.map_err(|error| error.message)?));
    let mut decoded = Decoded::default();
    let mut first = None;
    for (at, picture) in pictures.into_iter().enumerate() {
        match picture {
            Ok(picture) => {
                decoded.lost.add(at, &picture);
                let Picture { shape, pixels, .. } = picture;
                let first = *first.get_or_insert(at);
                if first == at {
                    decoded.shape = shape;
                    decoded.pixels.reserve(pixels.len() * listing.paths.len());
                } else if shape != decoded.shape {
                    return Err(other_size(listing, first, &decoded.shape, at, &shape));
                }
                decoded.pixels.extend_from_slice(&pixels);
            }
            Err(why) => decoded.broken.push((at, why)),
        }
    }
    Ok(decoded)
}

fn other_size(listing: &Listing, first: usize, wanted: &[usize], at: usize, found: &[usize]) -> DataError {
    let help = match wanted[1..] == found[1..] {
        true => "set data.grayscale to true or false, to give all one channel or three",
        false => "set data.resize = [height, width] to bring all to one size",
    };
    let first = listing.paths[first].display();
    let message = format!("[channels, height, width] is {found:?}, but {wanted:?} in {first}; {help}");
    DataError::new(listing.paths[at].display().to_string(), message)
}

/// A file or a folder of pictures without classes: the names of those that could be decoded, and the pixels
/// of all. The network that they are for takes pictures of this shape.
pub(crate) fn unlabelled(
    path: &Path,
    config: &DataConfig,
    shape: &[usize],
) -> Result<(Vec<String>, Vec<u8>), DataError> {
    let place = path.display().to_string();
    let &[channels, height, width] = shape else {
        return Err(DataError::new(place, format!("a picture, where the network takes {shape:?}")));
    };
    let paths = match path.is_dir() {
        true => files::entries(path)?.into_iter().filter(|path| is_picture(path)).collect(),
        false => vec![path.to_path_buf()],
    };
    if paths.is_empty() {
        return Err(DataError::new(place, "no PNG or JPEG picture is in this folder"));
    }
    let grayscale = Some(config.grayscale.unwrap_or(channels == 1));
    let way = Way { grayscale, ..Way::new(config) };
    let pictures = files::read_each("decoding", &paths, |bytes| way.decode(&bytes.map_err(|error| error.message)?));
    let (mut names, mut pixels, mut lost) = (vec![], vec![], Lost::default());
    for (at, (path, picture)) in paths.iter().zip(pictures).enumerate() {
        let error = |message: String| DataError::new(path.display().to_string(), message);
        match picture {
            Ok(picture) if picture.shape == shape => {
                lost.add(at, &picture);
                names.push(files::name(path));
                pixels.extend(picture.pixels);
            }
            Ok(picture) => {
                let help = format!("--set data.resize=[{height},{width}] brings all to that size");
                let help = if picture.shape[1..] == shape[1..] { String::new() } else { format!("; {help}") };
                return Err(error(format!(
                    "a picture of {:?}, where the network takes {shape:?}{help}",
                    picture.shape
                )));
            }
            Err(why) if config.allow_broken => log::warn!("{}: left out: {why}", path.display()),
            Err(why) => {
                let help = "repair or remove it, or set data.allow_broken = true to leave it out";
                return Err(error(format!("the picture can't be decoded: {why}; {help}")));
            }
        }
    }
    lost.warn(&place, &paths);
    Ok((names, pixels))
}

/// The parser of one picture, see [`super::fuzzing`].
pub(super) fn fuzz(file: &str, bytes: &[u8], config: &DataConfig) -> Result<(), DataError> {
    Way::new(config).decode(bytes).map(drop).map_err(|why| DataError::new(file, why))
}

#[cfg(test)]
mod tests;
