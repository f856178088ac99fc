//! The papers' own networks, as the configs that come with gradus have them, and what they cost.

use super::{Failed, Lab, lab::short};
use crate::{
    config::Config,
    graph::{Graph, elements},
};

/// A network of a paper.
pub struct Paper {
    /// What it is called.
    pub name: &'static str,
    /// Its config below the folder of the repository.
    pub file: &'static str,
    /// The config's text.
    pub text: &'static str,
    /// The parameters that it has in the paper.
    pub parameters: usize,
}

macro_rules! paper {
    ($name:literal, $file:literal, $parameters:literal) => {
        Paper {
            name: $name,
            file: concat!("configs/", $file),
            text: include_str!(concat!("../../configs/", $file)),
            parameters: $parameters,
        }
    };
}

/// Those of figures 1 and 4 of Li et al. 2018, "Visualizing the loss landscape of neural nets".
pub const LANDSCAPES: [Paper; 4] = [
    paper!("ResNet-56", "resnet56-projection-cifar10.toml", 855_770),
    paper!("ResNet-56 without skips", "resnet56-noshort-cifar10.toml", 853_018),
    paper!("ResNet-110 without skips", "resnet110-noshort-cifar10.toml", 1_727_962),
    paper!("DenseNet-121", "densenet121-cifar10.toml", 6_956_298),
];

/// That of figures 1, 2 and 4 of Nakkiran et al. 2020, "Deep double descent".
pub const PREACT_RESNET18: Paper = paper!("preact-ResNet18", "preact-resnet18-cifar10.toml", 11_171_146);

/// The shape of CIFAR's pictures, and how many are trained on.
const PICTURES: ([usize; 3], f64) = ([3, 32, 32], 50_000.0);

impl Paper {
    /// Its config with changes, given as `--set` takes them.
    ///
    /// # Errors
    /// The changes are wrong.
    pub fn config(&self, changes: &[String]) -> Result<Config, Failed> {
        Ok(Config::read(self.file, self.text, changes)?)
    }
}

/// Parameters of a network for CIFAR, and the multiply-adds of an example.
///
/// # Errors
/// The network is none.
pub fn size(config: &Config) -> Result<(usize, f64), Failed> {
    let graph = Graph::build(&config.model, &PICTURES.0)?;
    let (mut parameters, mut multiply_adds) = (0, 0);
    for (at, node) in graph.nodes.iter().enumerate() {
        let inputs = graph.input_shapes(at);
        parameters += node.op.parameters(&inputs).iter().map(|parameter| elements(&parameter.shape)).sum::<usize>();
        multiply_adds += node.op.multiply_adds(&inputs);
    }
    Ok((parameters, multiply_adds as f64))
}

/// Says what trainings on all of CIFAR cost before they begin: 6 operations a multiply-add and example, and 2 a place
/// and example that is evaluated; the time as a few measured steps of the largest have it. `evaluated` is how many
/// examples each network is evaluated on in all.
///
/// # Errors
/// The data are missing, or the device is too small.
pub fn forecast(lab: &mut Lab, configs: &[Config], evaluated: f64) -> Result<(), Failed> {
    let (mut all, mut largest) = (0.0, (0.0, 0));
    for (at, config) in configs.iter().enumerate() {
        let (_, multiply_adds) = size(config)?;
        all += multiply_adds * (6.0 * PICTURES.1 * config.train.epochs as f64 + 2.0 * evaluated);
        if multiply_adds > largest.0 {
            largest = (multiply_adds, at);
        }
    }
    let (multiply_adds, at) = largest;
    let config = &configs[at];
    lab.announce(&format!(
        "{} trainings, {} FLOP in all; a step of the largest is measured",
        configs.len(),
        short(all)
    ));
    let seconds = lab.seconds_per_step(config.clone())?;
    let rate = 6.0 * multiply_adds * config.train.batch_size as f64 / seconds;
    lab.announce(&format!(
        "a step of {} took {} s, {} FLOP/s: about {} hours in all, more where networks are narrow",
        config.name,
        short(seconds),
        short(rate),
        short(all / rate / 3600.0)
    ));
    Ok(())
}
