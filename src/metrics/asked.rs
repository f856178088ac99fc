//! The metrics that a config asks for: `metrics = ["f1", { metric = "top_k", k = 3 }]`.

use serde::{Serialize, Serializer};

use super::{ALL, Gives, Kind, Metric, Start, Tally, Task};
use crate::{
    config::{Error, Place, TrainConfig, Value},
    losses::Loss,
};

/// A metric with its number, if it takes one.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The metric.
    pub metric: &'static Metric,
    /// The number; 0 for a metric without one.
    pub count: usize,
    /// Where it is asked for.
    pub place: Place,
}

/// Wherever they are asked for.
impl PartialEq for Asked {
    fn eq(&self, other: &Asked) -> bool {
        self.metric.name == other.metric.name && self.count == other.count
    }
}

impl Asked {
    /// A metric as it is without any keys: one of [`ALL`], or of another crate.
    #[track_caller]
    pub fn of(metric: &'static Metric) -> Asked {
        Asked::plain(metric, Place::here())
    }

    fn plain(metric: &'static Metric, place: Place) -> Asked {
        let count = match metric.start {
            Start::Plain(_) => 0,
            Start::Counted { default, .. } => default,
        };
        Asked { metric, count, place }
    }

    /// Its name with its number, as `top_5`.
    pub fn key(&self) -> String {
        let name = self.metric.name;
        match self.metric.start {
            Start::Plain(_) => name.to_owned(),
            Start::Counted { key, .. } => format!("{}{}", name.strip_suffix(key).unwrap_or(name), self.count),
        }
    }

    /// Begins to count.
    pub fn start(&self, task: &Task) -> Box<dyn Tally> {
        match self.metric.start {
            Start::Plain(start) => start(task),
            Start::Counted { start, .. } => start(task, self.count),
        }
    }

    /// Whether its number says something of so many outputs.
    fn tells(&self, outputs: usize) -> bool {
        matches!(self.metric.start, Start::Plain(_)) || self.count < outputs
    }

    fn read(value: &Value, name: &str) -> Result<Asked, Error> {
        let Ok(table) = value.table(name) else {
            return match value.string(name) {
                Ok(metric) => Ok(Asked::plain(named(metric, &value.place)?, value.place.clone())),
                Err(_) => {
                    Err(value.mismatch(name, "a metric's name, or a table such as { metric = \"top_k\", k = 3 }"))
                }
            };
        };
        let metric = named(table.require_string("metric")?, table.place_of("metric"))?;
        let mut asked = Asked::plain(metric, table.place().clone());
        if let Start::Counted { key, default, .. } = metric.start {
            asked.count = table.integer(key, 1..)?.unwrap_or(default);
        }
        table.finish()?;
        Ok(asked)
    }
}

fn named(name: &str, place: &Place) -> Result<&'static Metric, Error> {
    let names: Vec<&str> = ALL.iter().map(|metric| metric.name).collect();
    Metric::named(name).ok_or_else(|| Error::unknown(place, "metric", name, &names))
}

/// The name, or a table where it has a number.
impl Serialize for Asked {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Start::Counted { key, .. } = self.metric.start else { return self.metric.name.serialize(serializer) };
        let mut table = toml::Table::new();
        table.insert("metric".into(), self.metric.name.into());
        table.insert(key.into(), toml::Value::Integer(self.count as i64));
        table.serialize(serializer)
    }
}

/// Reads the metrics that are asked for each epoch: those that give numbers.
///
/// # Errors
/// A metric that is unknown, that is there twice, or that no line can hold; keys that it has not.
pub fn read(config: &TrainConfig) -> Result<Vec<Asked>, Error> {
    let mut all: Vec<Asked> = vec![];
    for (at, item) in config.metrics.iter().enumerate() {
        let asked = read_one(item, &format!("metrics[{at}]"))?;
        if all.contains(&asked) {
            return Err(Error::new(&asked.place, format!("`{}` is there twice", asked.key())));
        }
        all.push(asked);
    }
    Ok(all)
}

/// Reads a metric that gives a number each epoch.
///
/// # Errors
/// It is unknown, a matrix, or has other keys.
pub(crate) fn read_one(value: &Value, name: &str) -> Result<Asked, Error> {
    let asked = Asked::read(value, name)?;
    if asked.metric.gives == Gives::Matrix {
        let message = format!("`{}` is a matrix, where an epoch's line takes numbers", asked.metric.name);
        return Err(Error::new(&asked.place, message).help("`gradus evaluate` shows it"));
    }
    Ok(asked)
}

/// Refuses metrics that can't measure what a loss trains.
///
/// # Errors
/// The first of them, and which ones can.
pub fn check(asked: &[Asked], loss: &Loss) -> Result<(), Error> {
    let possible = Kind::possible(loss);
    let fits = |metric: &Metric| metric.fits.iter().any(|kind| possible.contains(kind));
    let Some(wrong) = asked.iter().find(|asked| !fits(asked.metric)) else { return Ok(()) };
    let names: Vec<&str> = ALL.iter().filter(|metric| fits(metric)).map(|metric| metric.name).collect();
    let message = format!("`{}` does not measure what the loss `{}` trains", wrong.metric.name, loss.name);
    Err(Error::new(&wrong.place, message).help(format!("these do: {}", names.join(", "))))
}

/// Refuses numbers that say nothing of a network with so many outputs.
///
/// # Errors
/// The first of them.
pub fn check_outputs(asked: &[Asked], outputs: usize) -> Result<(), Error> {
    let Some(wrong) = asked.iter().find(|asked| !asked.tells(outputs)) else { return Ok(()) };
    let message = format!("`{}` is always right among {outputs} outputs", wrong.key());
    Err(Error::new(&wrong.place, message).help("take a smaller number"))
}

/// Every metric that fits: those that are asked for, and all others as they are without keys.
pub fn fitting(asked: &[Asked], task: &Task) -> Vec<Asked> {
    let of = |metric: &&'static Metric| {
        let mut own: Vec<Asked> = asked.iter().filter(|asked| asked.metric.name == metric.name).cloned().collect();
        if own.is_empty() {
            own.push(Asked::plain(metric, Place::Document(metric.name.into())));
        }
        own
    };
    let all = ALL.iter().flat_map(of);
    all.filter(|asked| asked.metric.fits.contains(&task.kind) && asked.tells(task.outputs())).collect()
}
