//! `gradus export`: a run's network for other programs.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{
    Failure, code, note,
    run::{self, RunArguments},
    save,
};
use crate::{
    data::{Inputs, Origin, Signature},
    graph::show,
    onnx,
    train::{Model, Weights},
};

/// Export a run's network for other programs
#[derive(Args)]
pub struct Export {
    #[command(flatten)]
    run: RunArguments,
    /// What to write
    #[arg(long, value_enum)]
    format: Format,
    /// Where to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Replace the file that is there
    #[arg(long)]
    force: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The weights in PyTorch's names and layouts, running figures included: a state_dict
    Safetensors,
    /// The whole network: raw examples in, logits and probabilities out
    Onnx,
}

impl Export {
    /// Exports.
    pub fn run(self) -> Result<(), Failure> {
        if self.out.is_file() && !self.force {
            return Err(Failure::file(code::USAGE, &self.out, "it is there already: take another --out, or --force"));
        }
        let config = self.run.config()?;
        let signature = self.run.signature(&config)?;
        let model = run::model(config, &signature, Inputs::Floats(vec![]), Origin::default())?;
        let weights = self.run.weights(&model)?;
        let contents = match self.format {
            Format::Safetensors => weights.to_bytes(&model.plan),
            Format::Onnx => onnx(&model, &signature, &weights)?,
        };
        save(&self.out, &contents)?;
        note(format!("written: {}, {}", self.out.display(), self.describe(&model, &signature)));
        Ok(())
    }

    fn describe(&self, model: &Model, signature: &Signature) -> String {
        match self.format {
            Format::Safetensors => format!("{} tensors", model.plan.learned.len() + model.plan.running.len()),
            Format::Onnx => {
                let largest = signature.maximum.map_or(String::new(), |maximum| format!(" from 0 to {maximum}"));
                let shape = show(&signature.shape);
                let maps = if signature.map.is_some() { "maps and scales" } else { "scales" };
                format!("input [batch] x {shape} of f32{largest}, which the model {maps} itself")
            }
        }
    }
}

fn onnx(model: &Model, signature: &Signature, weights: &Weights) -> Result<Vec<u8>, Failure> {
    let network = onnx::Network {
        name: &model.settings.name,
        graph: &model.graph,
        tensors: weights.tensors(&model.plan).collect(),
        loss: model.loss,
        signature,
    };
    onnx::encode(&network).map_err(|error| Failure::new(code::OTHER, error.to_string()))
}
