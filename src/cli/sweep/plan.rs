//! Which runs a sweep has: their names, their configs, and the data that they share.

use std::{collections::BTreeSet, path::Path};

use super::super::{
    Failure, code,
    load::{self, ConfigArguments},
    train,
};
use crate::{
    config::{Config, DataConfig, Grid, Place},
    data::{Dataset, Inputs, Targets},
    device::Device,
    losses,
    report::{self, plain, short_keys},
    train::{BuildError, Model, contradictions},
};

/// One run of a sweep.
pub struct Planned {
    /// Its directory's name, made from the keys that change.
    pub name: String,
    /// The value of each key.
    pub values: Vec<toml::Value>,
    /// What is set beside the sweep's own `--set`.
    settings: Vec<String>,
    /// Its config.
    pub config: Config,
}

/// Reads the config of every run of the grids' product.
pub fn plan(arguments: &ConfigArguments, grids: &[Grid]) -> Result<Vec<Planned>, Failure> {
    let keys: Vec<&String> = grids.iter().map(|grid| &grid.key).collect();
    if let Some(twice) = keys.iter().enumerate().find_map(|(at, key)| keys[..at].contains(key).then_some(key)) {
        return Err(Failure::new(code::USAGE, format!("--grid {twice}: the key is there twice")));
    }
    bounded(grids)?;
    let short = short_keys(&keys);
    let run = |choice: Vec<usize>| {
        let settings: Vec<String> = grids.iter().zip(&choice).map(|(grid, &at)| grid.setting(at)).collect();
        let values: Vec<toml::Value> = grids.iter().zip(&choice).map(|(grid, &at)| grid.values[at].clone()).collect();
        let with = ConfigArguments {
            config: arguments.config.clone(),
            overrides: arguments.overrides.iter().chain(&settings).cloned().collect(),
        };
        let config = with.read().map_err(|error| blame(error.into(), &settings))?;
        Ok(Planned { name: name(&short, &values), values, settings, config })
    };
    Grid::product(grids).into_iter().map(run).collect()
}

/// Runs of a sweep at most: each has a folder and a line of the table.
const MOST: usize = 10_000;

/// Counts the runs before any of them is made.
fn bounded(grids: &[Grid]) -> Result<(), Failure> {
    let runs = grids.iter().fold(1, |runs: usize, grid| runs.saturating_mul(grid.values.len()));
    if runs <= MOST {
        return Ok(());
    }
    let grids: Vec<String> = grids.iter().map(|grid| format!("{} ({} values)", grid.key, grid.values.len())).collect();
    let message = format!("--grid {}: {runs} runs, where {MOST} are possible; take fewer values", grids.join(", "));
    Err(Failure::new(code::USAGE, message))
}

/// Says which grid's value is wrong, or in which run something is.
fn blame(error: BuildError, settings: &[String]) -> Failure {
    let mut error = match error {
        BuildError::Config(error) => error,
        BuildError::Data(error) => return within(error.into(), settings),
    };
    let key = |setting: &&String| {
        let Place::Override(place) = &error.place else { return false };
        setting.split_once('=').is_some_and(|(key, _)| key == &**place)
    };
    if let Some(setting) = settings.iter().find(key) {
        error.place = Place::Grid(setting.as_str().into());
        if settings.len() == 1 {
            return error.into();
        }
    }
    Failure::new(code::USAGE, format!("{error} (with {})", settings.join(" ")))
}

/// Says in which run something is wrong.
fn within(failure: Failure, settings: &[String]) -> Failure {
    Failure { message: format!("{} (with {})", failure.message, settings.join(" ")), ..failure }
}

/// A name that a file may have: `learning_rate=0.001,seed=2`. Where that leaves something out, a check
/// sum of the whole tells names apart.
fn name(keys: &[String], values: &[toml::Value]) -> String {
    let joined = |show: &dyn Fn(&toml::Value) -> String| {
        let part = |(key, value): (&String, &toml::Value)| format!("{key}={}", show(value));
        keys.iter().zip(values).map(part).collect::<Vec<_>>().join(",")
    };
    let words = |value: &toml::Value| {
        let keep = |letter: char| letter.is_alphanumeric() || "-_.+".contains(letter);
        let text: String = plain(value).chars().map(|letter| if keep(letter) { letter } else { ' ' }).collect();
        text.split_whitespace().collect::<Vec<_>>().join("-")
    };
    let (whole, short) = (joined(&plain), joined(&words).chars().take(100).collect::<String>());
    if short == whole {
        return short;
    }
    let mut sum = flate2::Crc::new();
    sum.update(whole.as_bytes());
    format!("{short}-{:08x}", sum.sum())
}

/// A part of a sweep's runs, for one of many jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    job: usize,
    jobs: usize,
}

impl Shard {
    /// All of them.
    pub const WHOLE: Shard = Shard { job: 1, jobs: 1 };

    /// Reads `I/N`.
    pub fn read(text: &str) -> Result<Shard, String> {
        let numbers = text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        match numbers {
            Some((job, jobs)) if (1..=jobs).contains(&job) => Ok(Shard { job, jobs }),
            _ => Err("wanted is I/N, where I counts from 1: 1/4, 2/4, 3/4, 4/4".into()),
        }
    }

    /// Whether the run at this place, from 0, is in it. Neighbours are in different ones, since they
    /// take about as long.
    pub fn has(self, at: usize) -> bool {
        at % self.jobs == self.job - 1
    }
}

/// Data sets that were loaded, for the runs to come.
#[derive(Default)]
pub struct Datasets(Vec<Loaded>);

struct Loaded {
    config: DataConfig,
    categorical: bool,
    seed: u64,
    dataset: Dataset,
}

/// Bytes of data sets that are kept.
const KEPT: usize = 1 << 30;

impl Datasets {
    /// Builds the network of a config on data that is loaded once.
    pub fn model(&mut self, config: &Config) -> Result<Model, Failure> {
        let dataset = self.dataset(config, true)?;
        Ok(Model::build(config.clone(), dataset)?)
    }

    /// Builds every network, so that mistakes show before the first run and not after hours, and returns
    /// the resolved configs.
    pub fn check(&mut self, runs: &[Planned], device: &Device) -> Result<Vec<String>, Failure> {
        for run in runs {
            load::check_trained(&run.config).map_err(|error| blame(error, &run.settings))?;
        }
        let mut said = BTreeSet::new();
        let mut resolved = |run: &Planned| {
            // Another seed splits the same examples: sizes and classes are as they were.
            let dataset = self.dataset(&run.config, false)?;
            let model = Model::build(run.config.clone(), dataset).map_err(|error| blame(error, &run.settings))?;
            let warnings = contradictions(&model).map_err(|error| blame(error.into(), &run.settings))?;
            for warning in warnings {
                // Mostly what is suspicious is so in every run.
                if said.insert(warning.clone()) {
                    log::warn!("{warning}");
                }
            }
            train::initial_weights(&model)?;
            device.check(&model.plan).map_err(|mut error| {
                if let Some(advice) = error.advice() {
                    *advice = format!("leave out {}", run.settings.join(" "));
                }
                error
            })?;
            Ok(toml::to_string(&model.resolved().expect("it is a config's")).expect("a config is TOML"))
        };
        runs.iter().map(&mut resolved).collect()
    }

    fn dataset(&mut self, config: &Config, seeded: bool) -> Result<Dataset, Failure> {
        let (data, categorical, seed) = (&config.data, losses::of(&config.model)?.labels(), config.seed);
        let same = |loaded: &&Loaded| {
            let examples = loaded.config == *data && loaded.categorical == categorical;
            examples && (!seeded || loaded.seed == seed)
        };
        if let Some(loaded) = self.0.iter().find(same) {
            return Ok(loaded.dataset.clone());
        }
        let dataset = load::dataset(config)?;
        self.0.push(Loaded { config: data.clone(), categorical, seed, dataset: dataset.clone() });
        while self.0.len() > 1 && self.0.iter().map(|loaded| bytes(&loaded.dataset)).sum::<usize>() > KEPT {
            self.0.remove(0);
        }
        Ok(dataset)
    }
}

fn bytes(dataset: &Dataset) -> usize {
    let inputs = match &dataset.inputs {
        Inputs::Bytes { values, .. } => values.len(),
        Inputs::Floats(values) => 4 * values.len(),
    };
    let targets = match &dataset.targets {
        Targets::Classes { labels, .. } => 4 * labels.len(),
        Targets::Values { values, .. } => 4 * values.len(),
    };
    inputs + targets
}

/// Whether a directory that is there holds this run: its config, and no other.
pub fn is_of(run: &Path, resolved: &str) -> Result<(), Failure> {
    let there = report::read_config(run)?;
    let wanted: toml::Table = resolved.parse().expect("a config is TOML");
    let flat = |table: &toml::Table| report::flatten(table).into_iter().collect::<BTreeSet<_>>();
    let (there, wanted) = (flat(&there), flat(&wanted));
    let Some((key, _)) = there.symmetric_difference(&wanted).next() else { return Ok(()) };
    let value = |set: &BTreeSet<(String, String)>| {
        set.iter().find(|(other, _)| other == key).map_or("nothing".to_owned(), |(_, value)| value.clone())
    };
    let message = format!("a run with another config: {key} is {}, and would be {}", value(&there), value(&wanted));
    Err(Failure::file(code::USAGE, run, format!("{message}; take another --out")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_files_and_stay_apart() {
        let keys = ["learning_rate".to_owned()];
        let name = |value: toml::Value| name(&keys, &[value]);
        assert_eq!(name(0.001.into()), "learning_rate=0.001");
        let cosine = name("{ schedule = \"cosine\" }".into());
        assert!(cosine.starts_with("learning_rate=schedule-cosine-"), "{cosine}");
        assert_ne!(name("a/b".into()), name("a b".into()));
        assert!(name("x".repeat(500).into()).len() < 120);
    }

    #[test]
    fn shards_count_from_one() {
        for text in ["0/4", "5/4", "1/0", "1", "a/b", "-1/4", ""] {
            assert!(Shard::read(text).is_err(), "{text}");
        }
        let shards: Vec<Shard> = (1..=4).map(|job| Shard::read(&format!("{job}/4")).expect("a shard")).collect();
        for at in 0..11 {
            assert_eq!(shards.iter().filter(|shard| shard.has(at)).count(), 1);
        }
        assert!((0..11).all(|at| Shard::WHOLE.has(at)));
    }
}
