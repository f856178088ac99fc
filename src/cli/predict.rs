//! `gradus predict`: what a run's network makes of new examples.

use std::path::PathBuf;

use clap::Args;

use super::{
    Failure, code,
    load::DeviceArguments,
    note,
    run::{self, RunArguments},
    save, write,
};
use crate::{
    data::{self, Unseen},
    report::{Patience, Predictions},
    train::{Figures, Split},
};

/// Predict new examples with a run's weights
#[derive(Args)]
pub struct Predict {
    #[command(flatten)]
    run: RunArguments,
    /// Examples: CSV with or without the target's column, an .npy file or the array x of an .npz archive,
    /// IDX, a PNG or JPEG picture, or a folder of pictures
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// Where to write; without it, to stdout
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Say on stderr how good the predictions are, by the target's column of a CSV file
    #[arg(long)]
    score: bool,
    /// A JSON object for each example instead of a row of CSV
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    device: DeviceArguments,
}

impl Predict {
    /// Predicts.
    pub fn run(self) -> Result<(), Failure> {
        self.check_out()?;
        let (config, reading) = self.run.config_for_file()?;
        let signature = self.run.signature(&config)?;
        let Unseen { names, inputs, targets, origin } = data::unseen(&self.input, &reading, &signature, self.score)?;
        let mut dataset = signature.dataset(inputs, origin)?;
        if let Some(targets) = targets {
            dataset.targets = targets;
        }
        let model = run::untrained(config, dataset)?;
        let mut predictions = Predictions::new(model.loss, &signature.targets, model.outputs(), self.json);
        let mut session = self.run.session(model, &self.device)?;
        let bar = Patience::new("predicting", names.len() as u64);
        let mut names = names.iter();
        pollster::block_on(session.predict(Split::Test, |outputs| {
            let rows = predictions.add(&mut names, outputs);
            bar.advance(rows as u64);
        }))?;
        bar.finish();
        if self.score {
            let figures = pollster::block_on(session.evaluate(Split::Test))?;
            let Figures { loss, accuracy, examples } = figures.expect("a file without examples was refused");
            let accuracy = accuracy.map_or(String::new(), |accuracy| format!(", accuracy {:.2}%", 100.0 * accuracy));
            note(format!("score: loss {loss:.4}{accuracy} over {examples} examples"));
        }
        let text = predictions.finish();
        match &self.out {
            Some(path) => save(path, &text),
            None => write(&text),
        }
    }

    /// The examples are not overwritten by what was made of them.
    fn check_out(&self) -> Result<(), Failure> {
        let Some(out) = &self.out else { return Ok(()) };
        match (out.canonicalize(), self.input.canonicalize()) {
            (Ok(out), Ok(input)) if out == input => {
                Err(Failure::file(code::USAGE, &out, "--out is the --input: take another file"))
            }
            _ => Ok(()),
        }
    }
}
