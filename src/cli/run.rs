//! A run directory as several commands read it: its config, what it knows of its data, its weights.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::{
    Failure, code,
    load::{self, DeviceArguments},
};
use crate::{
    checksum,
    config::Config,
    data::{DataError, Inputs, Signature},
    report::{self, RunDirectory, checkpoints},
    train::{Model, Session, Weights},
};

/// The file in which a run keeps the [`Signature`] of its data.
pub const SIGNATURE: &str = "data.json";

/// A run and which of its weights.
#[derive(Args)]
pub struct RunArguments {
    /// A run directory
    pub run: PathBuf,
    /// Which of the run's weights; without it, ema if the run averages its weights, else last
    #[arg(long, value_enum)]
    checkpoint: Option<Checkpoint>,
    /// Change a key of the run's config by its dotted path: data.path=FOLDER
    #[arg(long = "set", value_name = "KEY=VALUE")]
    overrides: Vec<String>,
}

/// The values of `--checkpoint`.
#[derive(Clone, Copy, ValueEnum)]
pub enum Checkpoint {
    /// Those of the last epoch.
    Last,
    /// Those of the best epoch.
    Best,
    /// The average of all steps'.
    Ema,
}

/// Reads the config of a run.
pub fn config(run: &Path, overrides: &[String]) -> Result<Config, Failure> {
    let directory = RunDirectory::existing(run).map_err(|error| Failure::file(code::USAGE, run, error))?;
    let (text, _) = report::read_config_text(run)?;
    Ok(Config::read(&directory.file("config.toml").display().to_string(), &text, overrides)?)
}

/// A run's network for examples without targets, which may be none.
pub fn model(mut config: Config, signature: &Signature, inputs: Inputs) -> Result<Model, Failure> {
    // That is for training pictures, and these may be numbers of another kind.
    config.data.augment = None;
    Ok(Model::build(config, signature.dataset(inputs))?)
}

impl RunArguments {
    /// Reads the run's config.
    pub fn config(&self) -> Result<Config, Failure> {
        config(&self.run, &self.overrides)
    }

    /// What the run knows of its data. Runs that kept no file of it have it from the data set.
    pub fn signature(&self, config: &Config) -> Result<Signature, Failure> {
        let path = self.run.join(SIGNATURE);
        match std::fs::read(&path) {
            Ok(text) => {
                let sealed = checksum::JSON.check(&text, text.len());
                sealed.map_err(|error| DataError::new(path.display().to_string(), error.to_string()))?;
                Ok(Signature::from_json(&path.display().to_string(), &text)?)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Signature::of(&load::dataset(config)?)),
            Err(error) => Err(DataError::new(path.display().to_string(), error.to_string()).into()),
        }
    }

    /// The run's weights for its network.
    pub fn weights(&self, model: &Model) -> Result<Weights, Failure> {
        let default = if model.rule.averages() { Checkpoint::Ema } else { Checkpoint::Last };
        let file = match self.checkpoint.unwrap_or(default) {
            Checkpoint::Last => "last.safetensors",
            Checkpoint::Best => "best.safetensors",
            Checkpoint::Ema => "ema.safetensors",
        };
        let (_, sealed) = report::read_config_text(&self.run)?;
        load::weights(&model.plan, &self.run.join("checkpoints").join(file), |bytes| {
            checkpoints::check_sealed(bytes, sealed)
        })
    }

    /// The run's network with its weights on a device.
    pub fn session(&self, model: Model, device: &DeviceArguments) -> Result<Session, Failure> {
        let weights = self.weights(&model)?;
        let mut session = pollster::block_on(Session::new(model, &device.open()?))?;
        session.restore_weights(&weights);
        Ok(session)
    }
}
