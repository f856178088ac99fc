//! `gradus schedule`: the learning rate at each step.

mod length;

use std::path::PathBuf;

use clap::Args;

use super::{Failure, load::ConfigArguments, note, save, say};
use crate::{
    config::Config,
    optimizers,
    report::{self, Axis, Chart, Curve, draw},
    schedules::{Run, Schedule as Rate},
    train::Model,
};

/// Show the learning rate at each step
#[derive(Args)]
pub struct Schedule {
    #[command(flatten)]
    config: ConfigArguments,
    /// A run of so many steps, whatever the data; without it, as many as the config's epochs take
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    steps: Option<u64>,
    /// Every step on stdout, as step,learning_rate; step 1 is the first update
    #[arg(long)]
    csv: bool,
    /// Where to draw the curve; without it and --csv, NAME-schedule.svg
    #[arg(long, value_name = "FILE.svg")]
    out: Option<PathBuf>,
}

/// Rows of the table.
const ROWS: u64 = 12;
/// Points of the curve; a screen has no more.
const POINTS: u64 = 2000;

impl Schedule {
    /// Computes, prints and draws it.
    pub fn run(self) -> Result<(), Failure> {
        let config = self.config.config()?;
        let name = config.name.clone();
        let (rate, steps) = match self.steps {
            Some(steps) => {
                let rate = without_data(&config, steps)?;
                warn(&rate, steps, epoch(&config, steps));
                (rate, steps)
            }
            None => {
                let (model, _) =
                    self.config.outlined(true).map_err(|error| error.or("--steps N does without the data"))?;
                let (steps, epoch) = (model.steps(), model.steps_per_epoch());
                warn(&model.schedule, steps, epoch);
                (model.schedule, steps)
            }
        };
        if self.csv {
            print(&rate, steps)?;
        } else {
            table(&rate, steps)?;
        }
        let default = PathBuf::from(format!("{}-schedule.svg", report::file_name(&name)));
        let Some(out) = self.out.or((!self.csv).then_some(default)) else { return Ok(()) };
        let at = |step: u64| (step as f64, rate.at(step - 1));
        let stride = steps.div_ceil(POINTS);
        let points =
            (1..=steps).step_by(stride as usize).chain((steps % stride != 1 % stride).then_some(steps)).map(at);
        let chart = Chart {
            title: format!("{name}: learning rate"),
            x: Axis::counting("step"),
            y: Axis::new("learning rate"),
            curves: vec![Curve::new("", 0, points.collect())],
        };
        let svg = draw(&[chart]);
        save(&out, svg.unwrap_or_default().as_bytes())?;
        note(format!("drawn: {}", out.display()));
        Ok(())
    }
}

/// Steps of an epoch, if a run has so many and as many epochs as its config says; without data nobody knows how many epochs
/// `train.steps` are, and they count as one.
fn epoch(config: &Config, steps: u64) -> u64 {
    let epochs = if config.train.steps.is_some() { 1 } else { config.train.epochs };
    steps.div_ceil(epochs as u64)
}

/// The schedule of a run of so many steps, cut into the config's epochs.
fn without_data(config: &Config, steps: u64) -> Result<Rate, Failure> {
    let rule = optimizers::read(&config.optimizer)?;
    let run = Run {
        steps,
        steps_per_epoch: epoch(config, steps),
        stride: rule.schedule_stride(),
        learning_rate: rule.default_learning_rate(),
    };
    Ok(Rate::read(&config.optimizer, &run)?)
}

/// One line for every step, in portions.
fn print(rate: &Rate, steps: u64) -> Result<(), Failure> {
    super::write(b"step,learning_rate\n")?;
    let mut step = 1;
    while step <= steps {
        let end = (step + 10_000).min(steps + 1);
        let lines: String = (step..end).map(|step| format!("{step},{:?}\n", rate.at(step - 1))).collect();
        super::write(lines.as_bytes())?;
        step = end;
    }
    Ok(())
}

fn table(rate: &Rate, steps: u64) -> Result<(), Failure> {
    say(match rate.to_toml() {
        toml::Value::Table(keys) => format!("learning_rate = {{ {} }}", inline(&keys)),
        constant => format!("learning_rate = {constant}"),
    })?;
    say(format!("{:>10}  {}", "step", "learning rate"))?;
    let rows = ROWS.min(steps);
    for row in 0..rows {
        let step = 1 + (steps - 1) * row / (rows - 1).max(1);
        say(format!("{step:>10}  {:.6e}", rate.at(step - 1)))?;
    }
    Ok(())
}

fn inline(keys: &toml::Table) -> String {
    keys.iter().map(|(key, value)| format!("{key} = {value}")).collect::<Vec<_>>().join(", ")
}

fn warn(rate: &Rate, steps: u64, epoch: u64) {
    let toml::Value::Table(keys) = rate.to_toml() else { return };
    if keys.get("schedule").and_then(toml::Value::as_str) == Some("plateau") {
        note("plateau looks at the development set's loss: this is the rate while that keeps falling");
    }
    tell(rate, steps, epoch);
}

/// Says so where a schedule is longer or shorter than a model's run.
pub(super) fn warn_of_length(model: &Model) {
    tell(&model.schedule, model.steps(), model.steps_per_epoch());
}

fn tell(rate: &Rate, steps: u64, epoch: u64) {
    if let Some(warning) = length::warning(rate, steps, epoch) {
        log::warn!("{warning}");
    }
}
