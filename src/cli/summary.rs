//! `gradus summary`: layers, shapes, parameters, multiply-adds, memory.

use clap::Args;

use std::sync::Arc;

use super::{Failure, bytes, load::ConfigArguments, say, thousands};
use crate::{
    config::Config,
    graph::{Graph, elements, show},
    losses, optimizers,
    plan::{self, DataLayout, Options, Plan},
    train::evaluate_rows,
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
        let (graph, plan) = match &self.input[..] {
            [] => {
                let model = self.config.model()?;
                (model.graph, model.plan)
            }
            shape => {
                without_data(&self.config.config()?, &shape.iter().map(|&extent| extent as usize).collect::<Vec<_>>())?
            }
        };
        let layers = layers(&graph);
        let parameters: u64 = layers.iter().map(|layer| layer.parameters).sum();
        let multiply_adds: u64 = layers.iter().map(|layer| layer.multiply_adds).sum();
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
        let (batch, evaluate) = (plan.batch, plan.evaluate_batch);
        let data = if self.input.is_empty() { "the data included" } else { "without the data" };
        say(format!("{} parameters, {} multiply-adds an example", thousands(parameters), thousands(multiply_adds)))?;
        say(format!("{} of memory, {data} (batch {batch}, evaluation {evaluate})", bytes(memory)))
    }
}

/// The network and its plan for examples of this shape, of which there are none.
fn without_data(config: &Config, shape: &[usize]) -> Result<(Graph, Arc<Plan>), Failure> {
    let graph = Graph::build(&config.model, shape)?;
    let loss = losses::named(&config.model.loss).expect("the config knows just these");
    let rule = optimizers::read(&config.optimizer)?;
    let layout = DataLayout {
        bytes: false,
        examples: 0,
        plane: elements(shape),
        order: 0,
        differentiate_input: false,
        augmentation: None,
    };
    // A batch of the whole training set has no size without it.
    let batch = config.train.batch_size.max(1);
    let options = Options { batch, evaluate_batch: evaluate_rows(&graph, batch), replicas: 1, slots: 1 };
    let plan = plan::compile(&graph, loss, rule, &layout, &options);
    Ok((graph, Arc::new(plan)))
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
