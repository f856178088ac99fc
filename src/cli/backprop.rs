//! `gradus backprop`: the lecture's algorithm, node by node, beside finite differences.

use std::path::PathBuf;

use clap::Args;
use indicatif::ProgressBar;

use super::{Failure, code, load::ConfigArguments, note, save, say, thousands, train::initial_weights};
use crate::{
    backprop::{self, Machine, Refused, TOLERANCE, Tape},
    data::DataError,
};

/// Show backpropagation on a small network: every node's value and gradient, beside finite differences
///
/// Computed in f64 with the CPU twins of the kernels that train. u are values, g gradients of the mean loss of the first
/// training examples, each the sum of what the node's users hand down; d are central differences of the loss, for which
/// only the forward pass is run. Writes nodes.csv, values.csv and graph.svg. It fails where a gradient is farther than a
/// millionth from its difference.
#[derive(Args)]
pub struct Backprop {
    #[command(flatten)]
    config: ConfigArguments,
    /// The first so many training examples
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=1 << 20))]
    examples: u32,
    /// Weights drawn by another seed: seed=S in the config
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// Differences for so many numbers of each tensor, drawn at random, instead of for all of them
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    some: Option<u32>,
    /// The folder for nodes.csv, values.csv and graph.svg
    #[arg(long, value_name = "DIR", default_value = "backprop")]
    out: PathBuf,
}

/// Additions and multiplications for all differences at most: minutes.
const MOST: u64 = 200_000_000_000;

/// Forward passes for one difference, where no corner is near.
const PASSES: u64 = 4;

impl Backprop {
    /// Computes, prints and draws.
    pub fn run(mut self) -> Result<(), Failure> {
        self.config.overrides.extend(self.seed.map(|seed| format!("seed={seed}")));
        let model = self.config.model()?;
        let weights = initial_weights(&model)?;
        let name = model.settings().name.clone();
        let examples = self.examples as usize;
        let mut machine = Machine::new(&model, examples, weights.as_ref()).map_err(|error| match error {
            Refused::Config(error) => error.into(),
            Refused::Examples { .. } => DataError::new(model.dataset().name.as_str(), error.to_string()).into(),
            Refused::Large { .. } => Failure::new(code::USAGE, error.to_string()),
        })?;
        let mut tape = machine.tape();
        if !tape.loss.is_finite() {
            return Err(Failure::new(code::NOT_FINITE, format!("the loss is {}", tape.loss)));
        }
        self.differences(&mut machine, &mut tape)?;
        say(format!("{name}: {examples} examples, f64"))?;
        backprop::lines(&tape).iter().try_for_each(say)?;
        self.files(&name, &tape)?;
        verdict(&tape)
    }

    fn differences(&self, machine: &mut Machine, tape: &mut Tape) -> Result<(), Failure> {
        let some = self.some.map(|some| some as usize);
        let numbers = machine.count(tape, some);
        let flops = numbers.saturating_mul(PASSES).saturating_mul(machine.flops());
        if flops > MOST {
            let message = format!(
                "differences for {} numbers take {} FLOPs, and the most is {}: --some 10 takes them for 10 numbers of \
                 each tensor; fewer --examples or smaller layers are cheaper, too",
                thousands(numbers),
                thousands(flops),
                thousands(MOST)
            );
            return Err(Failure::new(code::USAGE, message));
        }
        let bar = ProgressBar::new(numbers).with_message("differences");
        machine.differences(tape, some, || bar.inc(1));
        bar.finish_and_clear();
        Ok(())
    }

    fn files(&self, name: &str, tape: &Tape) -> Result<(), Failure> {
        let failed = |error| Failure::file(code::OTHER, &self.out, error);
        std::fs::create_dir_all(&self.out).map_err(failed)?;
        for (file, rows) in [("nodes.csv", backprop::nodes_csv(tape)), ("values.csv", backprop::values_csv(tape))] {
            let mut text = csv::Writer::from_writer(vec![]);
            let wrong = |error: String| Failure::new(code::OTHER, error);
            rows.iter().try_for_each(|row| text.write_record(row)).map_err(|error| wrong(error.to_string()))?;
            let text = text.into_inner().map_err(|error| wrong(error.to_string()))?;
            save(&self.out.join(file), &text)?;
        }
        save(&self.out.join("graph.svg"), backprop::picture(name, tape).as_bytes())?;
        note(format!("nodes.csv, values.csv, graph.svg: {}", self.out.display()));
        Ok(())
    }
}

/// What it comes to; an error where a gradient is wrong.
fn verdict(tape: &Tape) -> Result<(), Failure> {
    say("")?;
    let fused = if tape.fused == 0.0 { "the same".to_owned() } else { format!("to {:.1e} the same", tape.fused) };
    say(format!("parameters' gradients by the plan that trains, whose kernels are fused: {fused}"))?;
    match tape.corners() {
        0 => {}
        corners => say(format!(
            "at {corners} numbers the loss has a corner, as ReLU has at 0: no difference is the derivative there"
        ))?,
    }
    let Some((node, off)) = tape.worst() else { return Ok(()) };
    say(format!("largest relative difference: {off:.1e}, of {}", node.name))?;
    if off > TOLERANCE {
        let message = format!("the gradient of {} is {off:.1e} from its difference, a share of its largest", node.name);
        return Err(Failure::new(code::OTHER, message));
    }
    Ok(())
}
