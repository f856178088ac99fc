//! Small networks for figures: layers as a config writes them, over a few examples drawn at random.

use super::{Failed, sample};
use crate::{
    config::{Config, Normalize},
    data::{Dataset, Inputs, Splits, Targets},
    graph::{Graph, elements},
    losses::{self, Loss},
    train::{BuildError, Descent, Model, Settings},
};

impl From<BuildError> for Failed {
    fn from(error: BuildError) -> Failed {
        Failed::Training(error.to_string())
    }
}

impl From<crate::data::DataError> for Failed {
    fn from(error: crate::data::DataError) -> Failed {
        Failed::Training(error.to_string())
    }
}

/// A network of `layers`, TOML's inline tables, over normally distributed examples of this shape. Labels go through the
/// classes in turn; other targets are drawn, too.
///
/// # Errors
/// Layers that do not fit.
pub fn network(
    seed: u64,
    shape: &[usize],
    layers: &str,
    loss: &'static Loss,
    examples: usize,
) -> Result<Model, Failed> {
    let config = Config::default_with(&[format!("model.layers=[{layers}]")])?;
    let graph = Graph::build(&config.model, shape)?;
    let outputs = elements(&graph.nodes[graph.output].shape);
    let mut stream = sample::stream(seed, 0);
    let mut normals = |count: usize| -> Vec<f32> {
        sample::normals(&mut stream, count).into_iter().map(|value| value as f32).collect()
    };
    let inputs = Inputs::Floats(normals(examples * elements(shape)));
    let targets = match loss.targets {
        losses::Targets::Labels => Targets::classes((0..examples).map(|at| (at % outputs) as u32).collect(), outputs),
        losses::Targets::Probabilities => {
            let values = (0..examples * outputs).map(|at| (at % 2) as f32).collect();
            Targets::Values { values, width: outputs }
        }
        losses::Targets::Values => Targets::Values { values: normals(examples * outputs), width: outputs },
    };
    let dataset = Dataset::of("small", shape, inputs, targets, Splits::all(examples))?.scaled(Normalize::None)?;
    let settings = Settings::of(1, examples).seed(seed);
    Ok(Model::of(graph, loss, Descent::named("sgd", &[])?, dataset, settings)?)
}
