//! `gradus evaluate`: a run's weights over one of its splits.

use clap::{Args, ValueEnum};

use super::{
    Failure, code,
    load::{self, DeviceArguments},
    run::RunArguments,
    say,
};
use crate::train::{Figures, Split};

/// Evaluate a run's weights
#[derive(Args)]
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

#[derive(Clone, Copy, ValueEnum)]
enum SplitName {
    Train,
    Dev,
    Test,
}

impl Evaluate {
    /// Evaluates.
    pub fn run(self) -> Result<(), Failure> {
        let mut session = self.run.session(load::model(self.run.config()?)?, &self.device)?;
        let (name, split) = match self.split {
            SplitName::Train => ("train", Split::Train),
            SplitName::Dev => ("dev", Split::Dev),
            SplitName::Test => ("test", Split::Test),
        };
        let Some(Figures { loss, accuracy, examples }) = pollster::block_on(session.evaluate(split))? else {
            return Err(Failure::new(code::USAGE, format!("the run's {name} split is empty")));
        };
        if !loss.is_finite() {
            return Err(Failure::new(code::NOT_FINITE, format!("the loss on the {name} split is NaN or infinite")));
        }
        if self.json {
            let result = serde_json::json!({"split": name, "examples": examples, "loss": loss, "accuracy": accuracy});
            return say(result.to_string());
        }
        let accuracy = accuracy.map_or(String::new(), |accuracy| format!(", accuracy {:.2}%", 100.0 * accuracy));
        say(format!("{name}: loss {loss:.4}{accuracy} over {examples} examples"))
    }
}
