//! `gradus landscape`: the loss around a run's weights.

mod files;
mod one;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{
    Failure, code,
    evaluate::SplitName,
    load::DeviceArguments,
    note,
    run::{Checkpoint, RunArguments},
    say,
};
use crate::report::{self, Interrupts};
use files::Drawn;
use one::One;

/// Draw the loss around a run's weights
///
/// The loss over a plane through the weights, whose two directions are random and, filter by filter, as long as the
/// weights (Li et al., 2018), or the principal components of the way that training took. Batch normalisation has its
/// running figures, dropout drops nothing. Leaves surface.csv, pictures and landscape.json in --out; several runs are
/// drawn on one scale. What is computed is kept: the same command goes on where it was stopped.
#[derive(Args)]
pub struct Landscape {
    /// Run directories
    #[arg(required = true, value_name = "RUN")]
    runs: Vec<PathBuf>,
    /// Places along each axis
    #[arg(long = "grid", visible_alias = "points", value_name = "N", default_value_t = 25)]
    #[arg(value_parser = clap::value_parser!(u16).range(2..=1001))]
    points: u16,
    /// How far: from -R to R in lengths of the weights' filters; with pca, R times as far as training went
    #[arg(long, visible_alias = "span", value_name = "R", default_value_t = 1.0, value_parser = positive)]
    range: f64,
    /// Along one direction alone
    #[arg(long)]
    one_d: bool,
    /// Random directions, or the principal components of the weights that the run kept (train.checkpoint.keep)
    #[arg(long, value_enum, default_value_t = Directions::Random)]
    directions: Directions,
    /// The extreme eigenvalues of the whole Hessian over a coarser grid of N places along each axis
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "7", conflicts_with = "one_d")]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=1001))]
    eigenvalues: Option<u16>,
    /// Which examples
    #[arg(long, value_enum, default_value_t = SplitName::Train)]
    split: SplitName,
    /// No more than so many of them, drawn at random
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    examples: Option<u32>,
    /// Which of the run's weights; without it, ema if the run averages its weights, else last
    #[arg(long, value_enum)]
    checkpoint: Option<Checkpoint>,
    /// Change a key of the runs' config by its dotted path: data.path=FOLDER
    #[arg(long = "set", value_name = "KEY=VALUE")]
    overrides: Vec<String>,
    /// Other directions, and other examples
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// The folder of the results; without it, landscape/ in the only run, and ./landscape for several
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    device: DeviceArguments,
}

/// The values of `--directions`.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Directions {
    /// From the normal distribution, filter by filter as long as the weights.
    Random,
    /// Those in which the weights of the run's epochs lie farthest apart.
    Pca,
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number > 0.0 && number.is_finite() => Ok(number),
        _ => Err("a number above 0".into()),
    }
}

impl Landscape {
    /// Computes and draws.
    pub fn run(self) -> Result<(), Failure> {
        if self.one_d && self.directions == Directions::Pca {
            return Err(Failure::new(code::USAGE, "--one-d is along a random direction: leave --directions pca out"));
        }
        let argument = |run: &PathBuf| RunArguments::of(run.clone(), self.checkpoint, self.overrides.clone());
        let runs: Vec<RunArguments> = self.runs.iter().map(argument).collect();
        // Every run is one before the first is looked at.
        let configs = runs.iter().map(RunArguments::config).collect::<Result<Vec<_>, _>>()?;
        let folders = self.folders();
        let device = self.device.open()?;
        let interrupts = Interrupts::listen();
        let mut drawn = vec![];
        for ((run, config), folder) in runs.iter().zip(configs).zip(&folders) {
            std::fs::create_dir_all(folder).map_err(|error| Failure::file(code::OTHER, folder, error))?;
            let mut one = One::new(&self, run, config, &device)?;
            let points = one.points(folder, &interrupts)?;
            let title = if runs.len() == 1 { one.name() } else { run.run.display().to_string() };
            let found = one.found(title, points)?;
            found.write(folder)?;
            say(found.line())?;
            drawn.push(found);
        }
        let out = self.out();
        files::pictures(&out, &drawn)?;
        note(format!("drawn: {}", out.display()));
        Ok(())
    }

    /// Where the pictures go.
    fn out(&self) -> PathBuf {
        self.out.clone().unwrap_or_else(|| match &self.runs[..] {
            [run] => run.join("landscape"),
            _ => PathBuf::from("landscape"),
        })
    }

    /// Where each run's numbers go: of several, each has a folder of its own.
    fn folders(&self) -> Vec<PathBuf> {
        let out = self.out();
        match &self.runs[..] {
            [_] => vec![out],
            runs => runs.iter().map(|run| out.join(report::file_name(&run.display().to_string()))).collect(),
        }
    }
}
