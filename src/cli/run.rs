//! A run directory as several commands read it: its config, what it knows of its data, its weights.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::{
    Failure, code,
    load::{self, DeviceArguments},
};
use crate::{
    checksum,
    config::{Config, DataConfig},
    data::{self, DataError, Dataset, Inputs, Kin, Origin, Signature},
    losses,
    report::{self, RunDirectory, checkpoints},
    train::{self, Model, Session, Weights},
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
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
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
    let (config, _) = read(run, overrides)?;
    train::check_sections(&config)?;
    Ok(config)
}

/// The config of a run with changes to it, and without.
fn read(run: &Path, overrides: &[String]) -> Result<(Config, Config), Failure> {
    let directory = RunDirectory::existing(run).map_err(|error| Failure::file(code::USAGE, run, error))?;
    let path = directory.file("config.toml");
    let (text, _) = report::read_config_text(run)?;
    let config = Config::of_file(&path, &text, overrides)?;
    let own = Config::of_file(&path, &text, &[])?;
    let settled = [
        ("normalize", data::settled(&config.data) != data::settled(&own.data)),
        ("mean", config.data.mean != own.data.mean),
        ("deviation", config.data.deviation != own.data.deviation),
        ("classes", config.data.classes != own.data.classes),
        ("features", config.data.features != own.data.features),
    ];
    match settled.iter().find(|(_, changed)| *changed) {
        Some((key, _)) => {
            let message = format!(
                "--set data.{key}: scale and classes are the run's own, and its map of features; another needs another run"
            );
            Err(Failure::new(code::USAGE, message))
        }
        None => Ok((config, own)),
    }
}

/// What a run keeps of its data, if it does: runs of old have no such file.
pub fn known(run: &Path) -> Result<Option<Signature>, Failure> {
    let path = run.join(SIGNATURE);
    match path.symlink_metadata() {
        Ok(_) => {
            let text = data::read_file(&path)?;
            let sealed = checksum::JSON.check(&text, text.len());
            sealed.map_err(|error| DataError::new(path.display().to_string(), error.to_string()))?;
            Ok(Some(Signature::from_json(&path.display().to_string(), &text)?))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(DataError::new(path.display().to_string(), error.to_string()).into()),
    }
}

/// A run's data, or others for its network.
fn dataset(config: &Config, known: Option<&Signature>) -> Result<(Dataset, Kin), Failure> {
    let categorical = losses::of(&config.model)?.labels();
    match known {
        Some(known) => Ok(data::load_again(&config.data, categorical, config.seed, known)?),
        None => Ok((load::dataset(config)?, Kin::Same)),
    }
}

/// A run's network with its data, to go on training: they must be what they were.
pub fn resumed(run: &Path, config: Config) -> Result<Model, Failure> {
    load::check_trained(&config)?;
    let known = known(run)?;
    let (dataset, kin) = dataset(&config, known.as_ref())?;
    match kin {
        Kin::Same => Ok(Model::build(config, dataset)?),
        _ => Err(changed(&dataset.origin.file, run)),
    }
}

/// Data that a run can't go on with.
fn changed(file: &str, run: &Path) -> Failure {
    let (config, weights) = (run.join("config.toml"), run.join("checkpoints/last.safetensors"));
    let message = format!(
        "the data have changed since the run began: put back what was there to go on with it, or begin another from \
         its weights: gradus train {} --set model.initial_weights={}",
        config.display(),
        weights.display()
    );
    DataError::new(file, message).into()
}

/// Keeps what a run must know of its data when the data set is gone; other data than it knows are refused.
pub fn sign(directory: &RunDirectory, session: &Session) -> Result<(), Failure> {
    let signature = Signature::of(&session.model().dataset);
    match known(directory.path())?.and_then(|before| before.fingerprint) {
        Some(before) if Some(&before) == signature.fingerprint.as_ref() => return Ok(()),
        Some(_) => return Err(changed(&session.model().dataset.origin.file, directory.path())),
        None => {}
    }
    Ok(directory.write(SIGNATURE, checksum::document(&signature.to_json()).as_bytes())?)
}

/// A run's network for examples without targets, which may be none.
pub fn model(config: Config, signature: &Signature, inputs: Inputs, origin: Origin) -> Result<Model, Failure> {
    untrained(config, signature.dataset(inputs, origin)?)
}

/// A run's network for examples that it is not trained on.
pub fn untrained(mut config: Config, dataset: Dataset) -> Result<Model, Failure> {
    // That is for training pictures, and these may be numbers of another kind.
    config.data.augment = None;
    Ok(Model::build(config, dataset)?)
}

impl RunArguments {
    /// One of several runs.
    pub fn of(run: PathBuf, checkpoint: Option<Checkpoint>, overrides: Vec<String>) -> RunArguments {
        RunArguments { run, checkpoint, overrides }
    }

    /// Reads the run's config.
    pub fn config(&self) -> Result<Config, Failure> {
        config(&self.run, &self.overrides)
    }

    /// Reads the run's config for a file of any kind: how that is read may take keys that do nothing for the run's
    /// own source.
    pub fn config_for_file(&self) -> Result<(Config, DataConfig), Failure> {
        let (mut config, own) = read(&self.run, &self.overrides)?;
        let reading = std::mem::replace(&mut config.data, own.data);
        train::check_sections(&config)?;
        Ok((config, reading))
    }

    /// What the run knows of its data. Runs that kept no file of it have it from the data set.
    pub fn signature(&self, config: &Config) -> Result<Signature, Failure> {
        match known(&self.run)? {
            Some(signature) => Ok(signature),
            None => Ok(Signature::of(&load::model(config.clone())?.dataset)),
        }
    }

    /// The run's data or others that `--set` names, how they relate, and whether others are named.
    pub fn dataset(&self, config: &Config) -> Result<(Dataset, Kin, bool), Failure> {
        let known = known(&self.run)?;
        let names_data =
            |set: &String| ["data.path", "data.source"].contains(&set.split('=').next().unwrap_or("").trim());
        let named = self.overrides.iter().any(names_data);
        if named && known.as_ref().is_none_or(|known| known.fingerprint.is_none()) {
            log::warn!("the run kept nothing to tell its data by: these are split as if they were they");
        }
        let (dataset, kin) = dataset(config, known.as_ref())?;
        Ok((dataset, kin, named))
    }

    /// The run's weights for its network.
    pub fn weights(&self, model: &Model) -> Result<Weights, Failure> {
        let default = if model.rule.averages() { Checkpoint::Ema } else { Checkpoint::Last };
        let file = match self.checkpoint.unwrap_or(default) {
            Checkpoint::Last => "last.safetensors",
            Checkpoint::Best => "best.safetensors",
            Checkpoint::Ema => "ema.safetensors",
        };
        self.weights_of(model, &self.run.join("checkpoints").join(file))
    }

    /// The weights of one of the run's files.
    pub fn weights_of(&self, model: &Model, file: &Path) -> Result<Weights, Failure> {
        let (_, sealed) = report::read_config_text(&self.run)?;
        load::weights(&model.plan, file, |bytes| checkpoints::check_sealed(bytes, sealed))
    }

    /// The run's network with its weights on a device.
    pub fn session(&self, model: Model, device: &DeviceArguments) -> Result<Session, Failure> {
        let weights = self.weights(&model)?;
        let mut session = pollster::block_on(Session::new(model, &device.open()?))?;
        session.restore_weights(&weights);
        Ok(session)
    }
}
