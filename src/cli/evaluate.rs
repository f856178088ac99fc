//! `gradus evaluate`: a run's weights over one of its splits.

use std::collections::BTreeMap;

use clap::{Args, ValueEnum};

use super::{
    Failure, code,
    load::DeviceArguments,
    note,
    run::{self, RunArguments},
    say,
};
use crate::{
    config::Config,
    data::{DataError, Dataset, Kin},
    losses,
    metrics::{self, Metric, Score, Scored},
    report::scores,
    train::{Evaluation, Figures, Split},
};

/// Evaluate a run's weights
///
/// Beside the loss, every metric that fits it: numbers, a table of the classes or outputs, and which classes are taken
/// for which.
#[derive(Args)]
#[command(after_long_help = metric_names())]
pub struct Evaluate {
    #[command(flatten)]
    run: RunArguments,
    /// Which examples
    #[arg(long, value_enum, default_value_t = SplitName::Test)]
    split: SplitName,
    /// One JSON object on stdout
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    device: DeviceArguments,
}

/// The values of `--split`.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum SplitName {
    Train,
    Dev,
    Test,
}

impl SplitName {
    /// The split with its name.
    pub fn split(self) -> (&'static str, Split) {
        match self {
            SplitName::Train => ("train", Split::Train),
            SplitName::Dev => ("dev", Split::Dev),
            SplitName::Test => ("test", Split::Test),
        }
    }
}

/// The metrics of each loss.
fn metric_names() -> String {
    let line = |loss: &&losses::Loss| {
        let fits = |metric: &&&Metric| metric.fits.iter().any(|kind| metrics::Kind::possible(loss).contains(kind));
        let names: Vec<&str> = metrics::ALL.iter().filter(fits).map(|metric| metric.name).collect();
        format!("\n  {}: {}", loss.name, names.join(", "))
    };
    format!("Metrics:{}", losses::ALL.iter().map(line).collect::<String>())
}

impl Evaluate {
    /// Evaluates.
    pub fn run(self) -> Result<(), Failure> {
        let config = self.run.config()?;
        let dataset = dataset(&self.run, &config, self.split)?;
        let mut session = self.run.session(run::untrained(config, dataset)?, &self.device)?;
        let (name, split) = self.split.split();
        let asked = metrics::fitting(&session.settings().metrics, &session.task());
        let Some(Evaluation { figures, metrics }) = pollster::block_on(session.measure(split, &asked))? else {
            return Err(Failure::new(code::USAGE, format!("the run's {name} split is empty")));
        };
        let Figures { loss, accuracy, examples } = figures;
        if !loss.is_finite() {
            return Err(Failure::new(code::NOT_FINITE, format!("the loss on the {name} split is NaN or infinite")));
        }
        let undefined: Vec<String> = metrics.iter().filter_map(Scored::undefined).collect();
        if !undefined.is_empty() {
            log::warn!("{}", undefined.join("; "));
        }
        if self.json {
            let scores: BTreeMap<&String, &Score> = metrics.iter().map(|scored| (&scored.key, &scored.score)).collect();
            let result = serde_json::json!({
                "split": name,
                "examples": examples,
                "loss": loss,
                "accuracy": accuracy,
                "metrics": scores,
            });
            return say(result.to_string());
        }
        let accuracy = accuracy.map_or(String::new(), |accuracy| format!(", accuracy {:.2}%", 100.0 * accuracy));
        say(format!("{name}: loss {loss:.4}{accuracy} over {examples} examples"))?;
        // The first line has the accuracy.
        let others: Vec<Scored> = metrics.into_iter().filter(|scored| scored.key != "accuracy").collect();
        let scores = scores(&others);
        if !scores.is_empty() {
            say("")?;
        }
        scores.iter().try_for_each(say)
    }
}

/// A run's data in its own splits, or others as a test set.
pub(super) fn dataset(run: &RunArguments, config: &Config, split: SplitName) -> Result<Dataset, Failure> {
    let (dataset, kin, named) = run.dataset(config)?;
    let file = &dataset.origin.file;
    let wrong = |message: &str| Err(DataError::new(file.as_str(), message).into());
    match kin {
        Kin::Same => {}
        Kin::Grown { more } => log::warn!(
            "{file}: there are {more} more examples than the run was trained on; they are left out, and the splits \
                 are the run's own"
        ),
        Kin::Other if !named => {
            return wrong(
                "the data have changed since the run was trained, so that the examples it was trained on are not \
                     told from others: put back what was there, or evaluate all as new data with --set data.path=…",
            );
        }
        Kin::Other if !matches!(split, SplitName::Test) => {
            return wrong("these are not the run's data: all of them are a test set, and --split is to be left out");
        }
        Kin::Other => {
            let count = dataset.test.len();
            note(format!("{file}: not the data that the run was trained on; {count} examples test it"));
        }
    }
    Ok(dataset)
}
