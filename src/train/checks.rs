//! What of a network does not fit its data or its training is said before anything is allocated.

use crate::{
    config::{self, Config},
    data::{self, Dataset},
    graph::{Graph, elements},
    losses::{Loss, Targets},
};

/// Asks every op whether it can be trained with batches of this size.
pub(super) fn rows(config: &Config, graph: &Graph, batch: usize) -> Result<(), config::Error> {
    for (at, node) in graph.nodes.iter().enumerate() {
        node.op.check_rows(&graph.input_shapes(at), batch).map_err(|message| {
            let place = &config.model.layers.last().expect("a config has layers").place;
            config::Error::new(place, format!("layer `{}` ({}): {message}", node.name, node.op.name()))
        })?;
    }
    Ok(())
}

/// The last layer's outputs must be what the loss and the data want.
pub(super) fn outputs(config: &Config, graph: &Graph, dataset: &Dataset, loss: &Loss) -> Result<(), config::Error> {
    let outputs = elements(&graph.nodes[graph.output].shape);
    let wanted = dataset.targets.width();
    let binary = matches!(dataset.targets, data::Targets::Classes { count: 2, .. }) && outputs == 1;
    if outputs == wanted || binary && loss.targets == Targets::Values {
        return Ok(());
    }
    let last = config.model.layers.last().expect("a config has layers");
    let message = format!(
        "the network ends in {outputs} outputs, but the loss `{}` over the data set `{}` needs {wanted}",
        loss.name, dataset.name
    );
    Err(config::Error::new(&last.place, message).help(format!("give the last layer units = {wanted}")))
}
