//! `gradus summary`: layers, shapes, parameters, multiply-adds, memory.

use clap::Args;

use super::{Failure, bytes, load::ConfigArguments, say, thousands};
use crate::{graph::elements, graph::show, train::Model};

/// Show a network's layers, shapes, parameters, multiply-adds and memory
#[derive(Args)]
pub struct Summary {
    #[command(flatten)]
    config: ConfigArguments,
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
        let model = self.config.model()?;
        let layers = layers(&model);
        let parameters: u64 = layers.iter().map(|layer| layer.parameters).sum();
        let multiply_adds: u64 = layers.iter().map(|layer| layer.multiply_adds).sum();
        let memory = model.plan.bytes();
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
        let (batch, evaluate) = (model.plan.batch, model.plan.evaluate_batch);
        say(format!("{} parameters, {} multiply-adds an example", thousands(parameters), thousands(multiply_adds)))?;
        say(format!("{} of memory, the data included (batch {batch}, evaluation {evaluate})", bytes(memory)))
    }
}

fn layers(model: &Model) -> Vec<Layer> {
    let graph = &model.graph;
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
