//! `gradus explain`: the plan, launch by launch, and the shaders of a node.

use std::collections::BTreeSet;

use clap::Args;

use super::{
    Failure, bytes, code,
    load::{self, Choice, ConfigArguments, DeviceArguments},
    say, thousands, unknown, write,
};
use crate::{
    kernels::{Source, Tile},
    plan::{Launch, Plan, Program},
    train::Model,
};

/// Show the plan: launches, buffers, bytes and FLOPs of a step
#[derive(Args)]
pub struct Explain {
    #[command(flatten)]
    config: ConfigArguments,
    /// Just the shaders of this node's launches, as the device would run them; those of a real GPU for the CPU device
    #[arg(long, value_name = "NODE")]
    wgsl: Option<String>,
    #[command(flatten)]
    device: DeviceArguments,
}

impl Explain {
    /// Prints it.
    pub fn run(self) -> Result<(), Failure> {
        let (model, _) = self.config.outlined(false)?;
        let (plan, tile) = (&model.plan, self.tile()?);
        if let Some(node) = &self.wgsl {
            return shaders(&model, node, tile);
        }
        load::mapped(&model).map_or(Ok(()), say)?;
        say(format!("optimizer {}: {}", model.rule.name(), model.rule.formula()))?;
        program(plan, tile, Program::Train, &format!("a training step of {} examples", plan.batch))?;
        program(plan, tile, Program::Evaluate, &format!("an evaluation step of {} examples", plan.evaluate_batch))?;
        silent(&model)?;
        say(format!("\n{} buffers, {}", plan.buffers.len(), bytes(plan.bytes())))?;
        for (at, buffer) in plan.buffers.iter().enumerate() {
            let (elements, size) = (thousands(buffer.length as u64), bytes(4 * buffer.length as u64));
            say(format!("{at:4}  {:20} {elements:>16} x 4 bytes {size:>12}", buffer.name))?;
        }
        Ok(())
    }

    /// The family of shaders. Without `--wgsl` it matters for grids alone, and no device is looked for unasked.
    fn tile(&self) -> Result<Tile, Failure> {
        if self.wgsl.is_none() && self.device.device == Choice::Auto && self.device.adapter.is_none() {
            return Ok(Tile::Hardware);
        }
        Ok(self.device.open()?.tile().unwrap_or(Tile::Hardware))
    }
}

/// The shaders of a node, each behind a line with its launch and its label: the values of its `override`s are there.
fn shaders(model: &Model, node: &str, tile: Tile) -> Result<(), Failure> {
    let plan = &model.plan;
    let programs = [("train", &plan.train), ("evaluate", &plan.evaluate)];
    let launches = programs.iter().flat_map(|(step, list)| list.iter().enumerate().map(move |(at, l)| (step, at, l)));
    let of_node: Vec<_> = launches.clone().filter(|(_, _, launch)| launch.node == node).collect();
    if of_node.is_empty() {
        let silent = model.graph.nodes.iter().any(|known| known.name == node);
        let names: BTreeSet<&str> = launches.map(|(_, _, launch)| launch.node.as_str()).collect();
        return Err(match silent {
            true => {
                Failure::new(code::USAGE, format!("--wgsl {node}: it has no launch of its own; see gradus explain"))
            }
            false => unknown("--wgsl", node, &names.into_iter().collect::<Vec<_>>()),
        });
    }
    let mut printed = BTreeSet::new();
    for (step, at, launch) in of_node {
        let Source { label, wgsl, .. } = launch.source(tile, plan.replicas);
        let again = if printed.insert(label.clone()) { "" } else { ": the same" };
        say(format!("// {step} {}: {label}{again}", at + 1))?;
        if again.is_empty() {
            write(wgsl.as_bytes())?;
        }
    }
    Ok(())
}

fn program(plan: &Plan, tile: Tile, program: Program, title: &str) -> Result<(), Failure> {
    let cost = plan.cost(program);
    let launches = plan.program(program);
    let (flops, moved) = (thousands(cost.flops), bytes(cost.bytes));
    say(format!("\n{title}: {} launches, {flops} FLOPs, {moved} at least to move", launches.len()))?;
    for (at, launch) in launches.iter().enumerate() {
        say(line(plan, tile, at, launch))?;
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

fn line(plan: &Plan, tile: Tile, at: usize, launch: &Launch) -> String {
    let [x, y] = launch.source(tile, plan.replicas).grid.workgroups;
    let bindings = launch.kernel.bindings.iter().zip(&launch.bindings);
    let buffers: Vec<String> = bindings
        .filter_map(|(binding, slice)| slice.map(|s| format!("{}={}", binding.name, plan.buffers[s.buffer].name)))
        .collect();
    let kernel = format!("{} {}", launch.kernel.name, launch.variant.name());
    let grid = format!("{x} x {y} x {}", plan.replicas);
    let flops = thousands(launch.cost().flops);
    format!("{:4}  {:14} {kernel:26} grid {grid:14} {flops:>16} FLOPs  {}", at + 1, launch.node, buffers.join(" "))
}
