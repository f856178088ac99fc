//! Configs: TOML text and `--set KEY=VALUE` in, checked values out. Whatever is wrong is one
//! [`Error`] with the place (file:line:column, or the override) and what would be right.
//!
//! `value` parses text into a tree with places, `overrides` changes it, `table` is how every
//! section reads its keys; `width` is the one number that layers may be written in terms of; the
//! sections follow.

mod bounds;
mod data;
mod error;
mod grid;
mod model;
mod overrides;
mod table;
mod train;
mod value;
mod width;

use std::path::Path;
use std::sync::Arc;

pub use bounds::{Bounds, FRACTION, NOT_NEGATIVE, POSITIVE, RATE};
pub use data::{Augment, Channels, DataConfig, Normalize, Portion, Target};
pub use error::{Error, Place, nearest, suggestion};
pub use grid::Grid;
pub use model::{LOSSES, LayerConfig, ModelConfig, OptimizerConfig};
pub use table::Table;
pub use train::{CheckpointConfig, TrainConfig};
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
    /// one after the other.
    pub fn read(file_name: &str, text: &str, overrides: &[String]) -> Result<Config, Error> {
        let mut root = value::parse_document(&Arc::from(file_name), text)?;
        for text in overrides {
            overrides::apply(&mut root, text)?;
        }
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
        let missing = |section: &str| {
            let message = format!("the section [{section}] is missing");
            Error::new(root.place(), message)
        };
        Ok(Config {
            name: name.unwrap_or_else(default_name),
            seed: seed.unwrap_or(42) as u64,
            data: DataConfig::read(data.ok_or_else(|| missing("data"))?)?,
            model: ModelConfig::read(model.ok_or_else(|| missing("model"))?)?,
            optimizer: OptimizerConfig::read(optimizer.ok_or_else(|| missing("optimizer"))?)?,
            train: train.map_or(Ok(TrainConfig::default()), TrainConfig::read)?,
        })
    }

    /// Reads a file.
    pub fn load(path: &Path, overrides: &[String]) -> Result<Config, Error> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            let place = Place::Document(name.as_str().into());
            Error::new(&place, format!("the config can't be read: {error}"))
        })?;
        Config::read(&name, &text, overrides)
    }

    /// The config that the binary holds: a small network on data that is inside, too.
    pub fn default_with(overrides: &[String]) -> Result<Config, Error> {
        Config::read(DEFAULT_NAME, DEFAULT_TEXT, overrides)
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
        root.insert("train".into(), section(&self.train));
        root
    }
}

fn section(values: &impl serde::Serialize) -> toml::Value {
    toml::Value::try_from(values).expect("numbers, texts and booleans are always valid TOML")
}

#[cfg(test)]
mod tests;
