//! `gradus summary`: layers, shapes, parameters, multiply-adds, memory.

use clap::Args;

use super::{
    Failure, bytes, code,
    load::{self, ConfigArguments},
    say, thousands,
};
use crate::{
    config::Config,
    graph::{Graph, elements, show},
    train::{self, Model},
};

/// Show a network's layers, shapes, parameters, multiply-adds and memory
#[derive(Args)]
pub struct Summary {
    #[command(flatten)]
    config: ConfigArguments,
    /// Do without the data: examples of this shape, such as 3,32,32
    #[arg(long, value_name = "EXTENTS", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..=1 << 24))]
    input: Vec<u32>,
    /// One JSON object on stdout
    #[arg(long)]
    json: bool,
}

#[derive(serde::Serialize)]
struct Layer {
    name: String,
    op: &'static str,
    output: Vec<usize>,
    parameters: u64,
    multiply_adds: u64,
}

impl Summary {
    /// Prints it.
    pub fn run(self) -> Result<(), Failure> {
        let (model, with_data) = match &self.input[..] {
            [] => self.config.outlined(false)?,
            shape => (without_data(self.config.config()?, shape)?, false),
        };
        let (graph, plan) = (&model.graph, &model.plan);
        let layers = layers(graph);
        let parameters = total(&layers, |layer| layer.parameters);
        let multiply_adds = total(&layers, |layer| layer.multiply_adds);
        let memory = plan.bytes();
        if self.json {
            let summary = serde_json::json!({
                "parameters": parameters,
                "multiply_adds": multiply_adds,
                "memory_bytes": memory,
                "layers": layers,
            });
            return say(summary.to_string());
        }
        say(format!("{:24} {:16} {:>18} {:>14} {:>16}", "layer", "op", "output", "parameters", "multiply-adds"))?;
        for layer in &layers {
            let (parameters, multiply_adds) = (thousands(layer.parameters), thousands(layer.multiply_adds));
            let output = show(&layer.output);
            say(format!("{:24} {:16} {output:>18} {parameters:>14} {multiply_adds:>16}", layer.name, layer.op))?;
        }
        load::mapped(&model).map_or(Ok(()), say)?;
        let (batch, evaluate) = (plan.batch, plan.evaluate_batch);
        let data = if with_data { "the data included" } else { "without the data" };
        say(format!("{} parameters, {} multiply-adds an example", thousands(parameters), thousands(multiply_adds)))?;
        say(format!("{} of memory, {data} (batch {batch}, evaluation {evaluate})", bytes(memory)))
    }
}

/// Numbers of an example at most, as in `data.shape`.
const LARGEST: u64 = 1 << 24;

/// The network for examples of this shape, of which there are none.
fn without_data(mut config: Config, shape: &[u32]) -> Result<Model, Failure> {
    if shape.iter().fold(1, |size: u64, &extent| size.saturating_mul(extent.into())) > LARGEST {
        return Err(Failure::new(code::USAGE, format!("--input: an example has at most {LARGEST} numbers")));
    }
    config.data.shape = Some(shape.iter().map(|&extent| extent as usize).collect());
    train::check(&config)?;
    let (model, _) = load::outline(&config)?.expect("the shape is given");
    Ok(model)
}

fn total(layers: &[Layer], of: impl Fn(&Layer) -> u64) -> u64 {
    layers.iter().map(of).fold(0, u64::saturating_add)
}

fn layers(graph: &Graph) -> Vec<Layer> {
    let layer = |(at, node): (usize, &crate::graph::Node)| {
        let shapes = graph.input_shapes(at);
        Layer {
            name: node.name.clone(),
            op: node.op.name(),
            output: node.shape.clone(),
            parameters: node.op.parameters(&shapes).iter().map(|p| elements(&p.shape) as u64).sum(),
            multiply_adds: node.op.multiply_adds(&shapes),
        }
    };
    graph.nodes.iter().enumerate().skip(1).map(layer).collect()
}
