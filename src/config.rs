//! Configs: TOML text and `--set KEY=VALUE` in, checked values out. Whatever is wrong is one
//! [`Error`] with the place (file:line:column, or the override) and what would be right. Names of things that have
//! a home of their own (sources, losses, ops, metrics, optimizers) are read there, see [`crate::train::check`].
//!
//! `value` parses text into a tree with places, `overrides` changes it, `table` is how every
//! section reads its keys; `width` is the one number that layers may be written in terms of; the
//! sections follow.

mod bounds;
mod data;
mod error;
mod features;
mod grid;
mod model;
mod overrides;
mod part;
mod paths;
mod places;
mod positions;
mod stop;
mod table;
mod train;
mod value;
mod width;

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

pub use bounds::{Bounds, FRACTION, NOT_NEGATIVE, POSITIVE, RATE};
pub(crate) use data::LARGEST_SIDE;
pub use data::{Augment, Channels, DataConfig, Normalize, OWN_KEYS, Portion, Subset, Target};
pub(crate) use error::printable;
pub use error::{Error, Place, nearest, suggestion};
pub use features::Features;
pub use grid::Grid;
pub use model::{LayerConfig, ModelConfig, OptimizerConfig};
pub use part::Part;
pub use places::Places;
pub use stop::StopConfig;
pub use table::Table;
pub use train::{CheckpointConfig, Sampling, TrainConfig};
pub use value::{Kind, Value};

/// The name of the config inside the binary, which trains when no other is given.
pub const DEFAULT_NAME: &str = "configs/digits.toml";
/// Its text.
pub const DEFAULT_TEXT: &str = include_str!("../configs/digits.toml");

/// A whole config.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// What the run is called; by default the config file's name without `.toml`.
    pub name: String,
    /// Where all randomness comes from.
    pub seed: u64,
    /// Which examples.
    pub data: DataConfig,
    /// Which network.
    pub model: ModelConfig,
    /// How its parameters are changed.
    pub optimizer: OptimizerConfig,
    /// How long.
    pub train: TrainConfig,
}

impl Config {
    /// Reads `text`, the contents of `file_name`, with the `KEY=VALUE` of `overrides` put into it
    /// one after the other. Paths stay as they are written.
    pub fn read(file_name: &str, text: &str, overrides: &[String]) -> Result<Config, Error> {
        Config::of(file_name, &tree(file_name, text, overrides)?)
    }

    /// Reads a file; its paths are relative to its folder, those of `overrides` to the working directory.
    pub fn load(path: &Path, overrides: &[String]) -> Result<Config, Error> {
        Config::of_file(path, &contents(path)?, overrides)
    }

    /// Reads the text of a file that was read already.
    pub fn of_file(path: &Path, text: &str, overrides: &[String]) -> Result<Config, Error> {
        let name = path.display().to_string();
        let mut root = tree(&name, text, overrides)?;
        paths::resolve(&mut root, path.parent().unwrap_or(Path::new("")));
        Config::of(&name, &root)
    }

    /// The config that the binary holds: a small network on data that is inside, too.
    pub fn default_with(overrides: &[String]) -> Result<Config, Error> {
        let mut root = tree(DEFAULT_NAME, DEFAULT_TEXT, overrides)?;
        paths::resolve(&mut root, Path::new(""));
        Config::of(DEFAULT_NAME, &root)
    }

    fn of(file_name: &str, root: &Table) -> Result<Config, Error> {
        let default_name = || {
            let stem = Path::new(file_name).file_stem().unwrap_or_default();
            stem.to_string_lossy().into_owned()
        };
        let name = root.string("name")?.map(str::to_string);
        let seed = root.integer("seed", ..)?;
        // All five are asked for first, so that a misspelt section is not taken for a missing one.
        let [data, model, optimizer, train] =
            ["data", "model", "optimizer", "train"].map(|section| root.table(section));
        let (data, model, optimizer, train) = (data?, model?, optimizer?, train?);
        root.finish()?;
        if let Some(name) = &name {
            check_name(root, name)?;
        }
        let missing = |section: &str| {
            let message = format!("the section [{section}] is missing");
            Error::new(root.place(), message)
        };
        let (data, model) = (data.ok_or_else(|| missing("data"))?, model.ok_or_else(|| missing("model")));
        Ok(Config {
            name: name.unwrap_or_else(default_name),
            seed: seed.unwrap_or(42) as u64,
            data: DataConfig::read(data)?,
            model: ModelConfig::read(model?)?,
            optimizer: OptimizerConfig::read(optimizer.ok_or_else(|| missing("optimizer"))?)?,
            train: train.map_or(Ok(TrainConfig::default()), TrainConfig::read)?,
        })
    }

    /// The config as TOML, every default of `[data]` and `[train]` written out. Layers and the
    /// optimizer are as they were given; who has resolved them replaces `model.layers` and
    /// `optimizer` by what they became. Reading the text gives an equal config.
    pub fn to_toml(&self) -> toml::Table {
        let mut model = toml::Table::new();
        model.insert("loss".into(), self.model.loss.clone().into());
        let initial_weights = self.model.initial_weights.clone();
        model.insert("initial_weights".into(), initial_weights.into());
        let layers = self.model.layers.iter().map(|layer| layer.keys.to_toml());
        let layers: Vec<toml::Value> = layers.map(toml::Value::Table).collect();
        model.insert("layers".into(), layers.into());

        let mut root = toml::Table::new();
        root.insert("name".into(), self.name.clone().into());
        // TOML's integers end where i64 does, and so do the seeds that are read.
        root.insert("seed".into(), toml::Value::Integer(self.seed as i64));
        root.insert("data".into(), section(&self.data));
        root.insert("model".into(), model.into());
        root.insert("optimizer".into(), self.optimizer.keys.to_toml().into());
        let mut train = section(&self.train);
        if let (Some(_), Some(keys)) = (self.train.steps, train.as_table_mut()) {
            keys.remove("epochs");
        }
        root.insert("train".into(), train);
        root
    }
}

/// Bytes of a config at most: a thousand layers written one by one are a tenth of it.
const LARGEST: u64 = 1 << 20;

/// Letters of a name at most: folders and files are called after it.
const LONGEST_NAME: usize = 100;

/// The tree of a config with its overrides.
fn tree(file_name: &str, text: &str, overrides: &[String]) -> Result<Table, Error> {
    let mut root = value::parse_document(&Arc::from(file_name), text)?;
    for text in overrides {
        overrides::apply(&mut root, text)?;
    }
    Ok(root)
}

/// The text of a config's file.
fn contents(path: &Path) -> Result<String, Error> {
    let place = Place::Document(path.display().to_string().into());
    let failed = |error: std::io::Error| Error::new(&place, format!("the config can't be read: {error}"));
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if metadata.is_dir() {
        let error = Error::new(&place, "a folder is no config");
        return Err(error.help("give a TOML file; a run directory has its own, config.toml"));
    }
    if waits_for_a_writer(path, &metadata) {
        return Err(Error::new(&place, "a pipe is no config").help("give a TOML file"));
    }
    let mut bytes = vec![];
    std::fs::File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes)).map_err(failed)?;
    if bytes.len() as u64 > LARGEST {
        return Err(Error::new(&place, "larger than 1 MiB, which no config is").help("give a TOML file"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..offset]).into_owned();
        let place = positions::Positions::of(&before).place(&path.display().to_string().into(), offset);
        Error::new(&place, "the config is no text in UTF-8").help("give a TOML file")
    })
}

/// Opening a named pipe waits until somebody writes to it; the shell's own, below /dev, have a writer.
fn waits_for_a_writer(path: &Path, metadata: &std::fs::Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        metadata.file_type().is_fifo() && !path.starts_with("/dev") && !path.starts_with("/proc")
    }
    #[cfg(not(unix))]
    {
        let _ = (path, metadata);
        false
    }
}

fn check_name(root: &Table, name: &str) -> Result<(), Error> {
    let error = |message: &str| Err(root.error("name", message).help("folders and files are called after it"));
    if !name.chars().any(char::is_alphanumeric) {
        return error("a name has at least one letter or digit");
    }
    if name.chars().any(char::is_control) {
        return error("a name has no control characters");
    }
    match name.chars().count() {
        length if length > LONGEST_NAME => {
            error(&format!("a name has at most {LONGEST_NAME} letters, and this one {length}"))
        }
        _ => Ok(()),
    }
}

fn section(values: &impl serde::Serialize) -> toml::Value {
    toml::Value::try_from(values).expect("numbers, texts and booleans are always valid TOML")
}

#[cfg(test)]
mod tests;
