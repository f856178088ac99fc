//! What a training run is beside its network and its data.

use crate::{
    config::{self, Augment, Config, Part, TrainConfig},
    metrics::{self, Asked},
    train::Stop,
};

/// How long, in which portions and from which seed a network is trained: what a session needs of a config.
/// `Settings::of(10, 32).seed(1)` is enough in code.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// What the run is called.
    pub name: String,
    /// Where all randomness comes from.
    pub seed: u64,
    /// How long, and in which portions.
    pub train: TrainConfig,
    /// What each epoch is measured by on the development set, beside loss and accuracy.
    pub metrics: Vec<Asked>,
    /// What ends the run before its last epoch.
    pub stop: Option<Stop>,
    /// Pictures: what happens to each at random whenever it is trained on.
    pub augment: Option<Augment>,
}

/// A config's defaults: ten epochs with batches of 32.
impl Default for Settings {
    fn default() -> Settings {
        Settings {
            name: "run".into(),
            seed: 42,
            train: TrainConfig::default(),
            metrics: vec![],
            stop: None,
            augment: None,
        }
    }
}

impl Settings {
    /// So many epochs with batches of this size; 0 is the whole training set.
    pub fn of(epochs: usize, batch_size: usize) -> Settings {
        let default = Settings::default();
        Settings { train: TrainConfig { epochs, batch_size, ..default.train }, ..default }
    }

    /// Those of a config.
    ///
    /// # Errors
    /// A metric that is unknown, or has other keys.
    pub fn read(config: &Config) -> Result<Settings, config::Error> {
        let Config { name, seed, train, data, .. } = config;
        let (metrics, stop) = (metrics::read(train)?, Stop::read(train)?);
        Ok(Settings { name: name.clone(), seed: *seed, train: train.clone(), metrics, stop, augment: data.augment })
    }

    /// The same from another seed.
    pub fn seed(self, seed: u64) -> Settings {
        Settings { seed, ..self }
    }

    /// The same with so many updates, in place of epochs.
    pub fn steps(mut self, steps: usize) -> Settings {
        self.train.steps = Some(steps);
        self
    }

    /// The same with these parts evaluated after every epoch, beside the development set.
    pub fn measure(mut self, parts: impl IntoIterator<Item = Part>) -> Settings {
        self.train.measure = parts.into_iter().collect();
        self
    }

    /// The same, ended by whatever of this comes first.
    pub fn stop(self, stop: Stop) -> Settings {
        Settings { stop: Some(stop), ..self }
    }

    /// The same with metrics of the development set after every epoch.
    pub fn metrics(mut self, metrics: impl IntoIterator<Item = Asked>) -> Settings {
        self.metrics = metrics.into_iter().collect();
        self
    }
}
