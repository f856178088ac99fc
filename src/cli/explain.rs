//! `gradus explain`: the plan, launch by launch.

use clap::Args;

use super::{Failure, bytes, load::ConfigArguments, say, thousands};
use crate::{
    kernels::Tile,
    plan::{Launch, Plan, Program},
    train::Model,
};

/// Show the plan: launches, buffers, bytes and FLOPs of a step
#[derive(Args)]
pub struct Explain {
    #[command(flatten)]
    config: ConfigArguments,
}

impl Explain {
    /// Prints it.
    pub fn run(self) -> Result<(), Failure> {
        let (model, _) = self.config.outlined(false)?;
        let plan = &model.plan;
        say(format!("optimizer {}: {}", model.rule.name(), model.rule.formula()))?;
        program(plan, Program::Train, &format!("a training step of {} examples", plan.batch))?;
        program(plan, Program::Evaluate, &format!("an evaluation step of {} examples", plan.evaluate_batch))?;
        silent(&model)?;
        say(format!("\n{} buffers, {}", plan.buffers.len(), bytes(plan.bytes())))?;
        for (at, buffer) in plan.buffers.iter().enumerate() {
            let (elements, size) = (thousands(buffer.length as u64), bytes(4 * buffer.length as u64));
            say(format!("{at:4}  {:20} {elements:>16} x 4 bytes {size:>12}", buffer.name))?;
        }
        Ok(())
    }
}

fn program(plan: &Plan, program: Program, title: &str) -> Result<(), Failure> {
    let cost = plan.cost(program);
    let launches = plan.program(program);
    let (flops, moved) = (thousands(cost.flops), bytes(cost.bytes));
    say(format!("\n{title}: {} launches, {flops} FLOPs, {moved} at least to move", launches.len()))?;
    for (at, launch) in launches.iter().enumerate() {
        say(line(plan, at, launch))?;
    }
    Ok(())
}

/// Layers without a launch of their own: views, and activations that the layer before applies.
fn silent(model: &Model) -> Result<(), Failure> {
    let launches = || model.plan.train.iter().map(|launch| launch.node.as_str());
    let nodes = model.graph.nodes.iter().filter(|node| !launches().any(|name| name == node.name));
    let names: Vec<String> = nodes.map(|node| format!("{} ({})", node.name, node.op.name())).collect();
    match names.is_empty() {
        true => Ok(()),
        false => say(format!("\nlayers without a launch of their own: {}", names.join(", "))),
    }
}

fn line(plan: &Plan, at: usize, launch: &Launch) -> String {
    let [x, y] = launch.source(Tile::Hardware, plan.replicas).grid.workgroups;
    let bindings = launch.kernel.bindings.iter().zip(&launch.bindings);
    let buffers: Vec<String> = bindings
        .filter_map(|(binding, slice)| slice.map(|s| format!("{}={}", binding.name, plan.buffers[s.buffer].name)))
        .collect();
    let kernel = format!("{} {}", launch.kernel.name, launch.variant.name());
    let grid = format!("{x} x {y} x {}", plan.replicas);
    let flops = thousands(launch.cost().flops);
    format!("{:4}  {:14} {kernel:26} grid {grid:14} {flops:>16} FLOPs  {}", at + 1, launch.node, buffers.join(" "))
}
