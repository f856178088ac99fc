//! `gradus evaluate`: a run's weights over one of its splits.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{
    Failure, code,
    load::{self, DeviceArguments},
    say,
};
use crate::{
    config::Config,
    train::{Figures, Session, Split},
};

/// Evaluate a run's weights
#[derive(Args)]
pub struct Evaluate {
    /// A run directory
    run: PathBuf,
    /// Which examples
    #[arg(long, value_enum, default_value_t = SplitName::Test)]
    split: SplitName,
    /// Which of the run's weights; without it, ema if the run averages its weights, else last
    #[arg(long, value_enum)]
    checkpoint: Option<Checkpoint>,
    /// One JSON object on stdout
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    device: DeviceArguments,
}

#[derive(Clone, Copy, ValueEnum)]
enum SplitName {
    Train,
    Dev,
    Test,
}

#[derive(Clone, Copy, ValueEnum)]
enum Checkpoint {
    Last,
    Best,
    Ema,
}

impl Evaluate {
    /// Evaluates.
    pub fn run(self) -> Result<(), Failure> {
        let config = self.run.join("config.toml");
        if !config.is_file() {
            return Err(Failure::new(
                code::USAGE,
                format!("{}: no run directory (no config.toml)", self.run.display()),
            ));
        }
        let model = load::model(Config::load(&config, &[])?)?;
        let default = if model.rule.averages() { Checkpoint::Ema } else { Checkpoint::Last };
        let file = match self.checkpoint.unwrap_or(default) {
            Checkpoint::Last => "last.safetensors",
            Checkpoint::Best => "best.safetensors",
            Checkpoint::Ema => "ema.safetensors",
        };
        let weights = load::weights(&model.plan, &self.run.join("checkpoints").join(file))?;
        let device = self.device.open()?;
        let mut session = pollster::block_on(Session::new(model, &device))?;
        session.restore_weights(&weights);
        let (name, split) = match self.split {
            SplitName::Train => ("train", Split::Train),
            SplitName::Dev => ("dev", Split::Dev),
            SplitName::Test => ("test", Split::Test),
        };
        let Some(Figures { loss, accuracy, examples }) = pollster::block_on(session.evaluate(split))? else {
            return Err(Failure::new(code::USAGE, format!("the run's {name} split is empty")));
        };
        if self.json {
            let result = serde_json::json!({"split": name, "examples": examples, "loss": loss, "accuracy": accuracy});
            return say(result.to_string());
        }
        let accuracy = accuracy.map_or(String::new(), |accuracy| format!(", accuracy {:.2}%", 100.0 * accuracy));
        say(format!("{name}: loss {loss:.4}{accuracy} over {examples} examples"))
    }
}
