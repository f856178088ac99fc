//! What several commands begin with: a config with its overrides, its data, a device.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::{Failure, code, note};
use crate::{
    config::{self, Config},
    data::{self, Dataset},
    device::Device,
    graph::{Graph, elements},
    losses,
    plan::Plan,
    train::{self, BuildError, Model, Weights, WeightsError, contradictions, read_weights},
};

/// A config and changes to it.
#[derive(Args)]
pub struct ConfigArguments {
    /// A TOML file; without one, the digits inside the binary
    pub config: Option<PathBuf>,
    /// Change a key by its dotted path: optimizer.learning_rate=3e-4, model.layers.0.units=64
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub overrides: Vec<String>,
}

impl ConfigArguments {
    /// Reads the config.
    pub fn config(&self) -> Result<Config, Failure> {
        Ok(self.read()?)
    }

    /// Reads the config; the error still knows its place.
    pub fn read(&self) -> Result<Config, config::Error> {
        let config = match &self.config {
            Some(path) => Config::load(path, &self.overrides),
            None => Config::default_with(&self.overrides),
        }?;
        train::check_sections(&config)?;
        Ok(config)
    }

    /// Reads the config, loads its data and builds its network, which is to be trained.
    pub fn model(&self) -> Result<Model, Failure> {
        let config = self.config()?;
        check_trained(&config)?;
        model(config)
    }

    /// The same for a look at the network: where the data are not there, but their shape is known, it is
    /// built without them, unless the number of examples matters and is not known. `true` if they are there.
    pub fn outlined(&self, counted: bool) -> Result<(Model, bool), Failure> {
        let config = self.config()?;
        check(&config)?;
        match dataset(&config) {
            Ok(dataset) => Ok((Model::build(config, dataset)?, true)),
            Err(error) => match outline(&config)? {
                Some((model, known)) if known || !counted => {
                    log::warn!("without the data: {}", error.message);
                    Ok((model, false))
                }
                _ if counted => Err(error),
                _ => Err(error.or("or give data.shape, and for classes data.classes, to do without the data")),
            },
        }
    }
}

/// Loads a config's data and builds its network.
pub fn model(config: Config) -> Result<Model, Failure> {
    check(&config)?;
    let dataset = dataset(&config)?;
    Ok(Model::build(config, dataset)?)
}

/// Looks for mistakes in a config, without its data.
pub fn check(config: &Config) -> Result<(), BuildError> {
    train::check(config)?;
    outline(config).map(|_| ())
}

/// The same for a config that is to train.
pub fn check_trained(config: &Config) -> Result<(), BuildError> {
    train::check(config)?;
    train::check_development(config)?;
    match outline(config)? {
        Some((model, true)) => Ok(contradictions(&model).map(|_| ())?),
        _ => Ok(()),
    }
}

/// The network of a config without its data, if their shape is known, and whether the number of examples
/// is known, too.
pub fn outline(config: &Config) -> Result<Option<(Model, bool)>, BuildError> {
    let Some(shape) = data::shape(&config.data) else { return Ok(None) };
    let graph = Graph::build(&config.model, &shape)?;
    let outputs = elements(&graph.nodes[graph.output].shape);
    let (categorical, batch) = (losses::of(&config.model)?.labels(), config.train.batch_size);
    let Some(outline) = data::outline(&config.data, categorical, config.seed, outputs, batch)? else { return Ok(None) };
    Ok(Some((Model::build(config.clone(), outline.dataset)?, outline.counted)))
}

/// Loads a config's data.
pub fn dataset(config: &Config) -> Result<Dataset, Failure> {
    Ok(data::load(&config.data, losses::of(&config.model)?.labels(), config.seed)?)
}

/// What becomes of examples before the network sees them, where something does.
pub fn mapped(model: &Model) -> Option<String> {
    let map = model.dataset.origin.map?;
    Some(format!("examples of [{}] become [{}] by the map of data.features", map.inputs, map.width()))
}

/// Where to compute.
#[derive(Args)]
pub struct DeviceArguments {
    /// auto takes a real GPU, and the CPU device where there is none
    #[arg(long, value_enum, default_value_t = Choice::Auto)]
    pub device: Choice,
    /// A GPU by its number or part of its name, see `gradus devices`
    #[arg(long, value_name = "NAME|INDEX")]
    pub adapter: Option<String>,
}

/// The values of `--device`.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Choice {
    /// A real GPU, else the CPU.
    Auto,
    /// The first adapter, a software one too.
    Gpu,
    /// The CPU twins.
    Cpu,
}

impl DeviceArguments {
    /// Opens the device, and says in one line which it is and why.
    pub fn open(&self) -> Result<Device, Failure> {
        let (device, why) = match (self.device, &self.adapter) {
            (Choice::Cpu, Some(_)) => {
                return Err(Failure::new(
                    code::USAGE,
                    "--adapter names a GPU, but --device is cpu: give one of the two",
                ));
            }
            (Choice::Cpu, None) => (Device::cpu(), "as asked"),
            (_, Some(wanted)) => (pollster::block_on(Device::gpu(Some(wanted)))?, "as asked"),
            (Choice::Gpu, None) => (pollster::block_on(Device::gpu(None))?, "the first adapter"),
            (Choice::Auto, None) => {
                let device = pollster::block_on(Device::auto())?;
                let why = match device {
                    Device::Cpu => "no real GPU was found",
                    Device::Gpu(_) => "the first real GPU",
                };
                (device, why)
            }
        };
        note(format!("device: {}, {why}", device.describe()));
        Ok(device)
    }
}

/// Reads the weights of a safetensors file that `check` has nothing against.
pub fn weights(
    plan: &Plan,
    path: &Path,
    check: impl FnOnce(&[u8]) -> Result<(), WeightsError>,
) -> Result<Weights, Failure> {
    let bytes = data::read_file(path)?;
    let weights = check(&bytes).and_then(|()| read_weights(plan, &bytes));
    let weights = weights.map_err(|error| Failure::file(code::DATA, path, error))?;
    match weights.not_finite(plan) {
        None => Ok(weights),
        Some(name) => {
            Err(Failure::file(code::NOT_FINITE, path, format!("`{name}` has numbers that are NaN or infinite")))
        }
    }
}
