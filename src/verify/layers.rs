//! Networks written down in Rust, a layer a line.

use super::network::Network;
use crate::{
    activations::Activation,
    config,
    graph::{Draft, Graph},
    losses::Loss,
    ops::{Op, dense::Dense},
};

pub(super) fn dense(units: usize, activation: Option<&'static Activation>) -> Box<dyn Op> {
    Box::new(Dense::new(units, activation))
}

/// A node before the graph is known: its name, op and inputs.
pub(super) type Layer<'a> = (&'a str, Box<dyn Op>, &'a [&'a str]);

/// A network whose examples have this shape.
pub(super) fn check_over(input: &[usize], name: &str, loss: &'static Loss, layers: Vec<Layer>) -> Network {
    let draft = |(name, op, inputs): Layer| Draft {
        name: name.into(),
        op,
        inputs: inputs.iter().map(|&input| input.into()).collect(),
        place: config::Place::Document("gradient check".into()),
        name_place: config::Place::Document("gradient check".into()),
        input_places: vec![],
    };
    let graph = Graph::of(layers.into_iter().map(draft).collect(), input).expect("the layers fit");
    Network::new(name, graph, loss)
}
