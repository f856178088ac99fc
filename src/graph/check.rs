//! Whether a graph still is what [`Graph::of`] made: its fields are public, and a plan takes them as they are.

use std::{collections::HashSet, fmt::Display};

use super::{Graph, INPUT, Node, NodeId, show, size};
use crate::{
    config::{self, Place},
    ops,
};

/// The shape of a node behind others that is spoken of at `place`, if its settings and its inputs' shapes allow any.
///
/// # Errors
/// What does not fit or is too large; settings that no config may have.
pub(super) fn inferred(node: &Node, before: &[Node], place: &Place) -> Result<Vec<usize>, config::Error> {
    let op = node.op.as_ref();
    let shapes: Vec<&[usize]> = node.inputs.iter().map(|&input| &before[input].shape[..]).collect();
    // Only code can leave them all out.
    let shape = match shapes.is_empty() {
        _ if op.name() == INPUT => Err("is what the network itself is given".into()),
        true => Err("takes an input, but is given none".into()),
        false => op.shape(&shapes),
    };
    let shape =
        shape.and_then(|shape| size::checked(op, &shapes, shape)).map_err(|message| error(node, place, message))?;
    ops::check(op, place).map_err(|wrong| config::Error { message: told(node, wrong.message), ..wrong })?;
    Ok(shape)
}

fn error(node: &Node, place: &Place, message: impl Display) -> config::Error {
    config::Error::new(place, told(node, message))
}

fn told(node: &Node, message: impl Display) -> String {
    format!("layer `{}` ({}): {message}", node.name, node.op.name())
}

impl Graph {
    /// # Errors
    /// Whatever was changed so that a plan would not fit: an output or input that is not there or not before, a shape
    /// that is not its op's, an output that nothing uses, two nodes of one name.
    #[track_caller]
    pub(crate) fn check(&self) -> Result<(), config::Error> {
        let here = config::Place::here();
        let Some(output) = self.nodes.get(self.output) else {
            let message = format!("the output is the node {} of {}, counted from 0", self.output, self.nodes.len());
            return Err(config::Error::new(&here, message));
        };
        let used: HashSet<NodeId> = self.nodes.iter().flat_map(|node| &node.inputs).copied().collect();
        let mut names = HashSet::new();
        for (at, node) in self.nodes.iter().enumerate() {
            let place = node.place.as_ref().unwrap_or(&here);
            if !names.insert(&node.name) {
                return Err(error(node, place, "another layer has this name, too"));
            }
            if at == 0 && node.inputs.is_empty() && node.op.name() == INPUT {
                size::input(&node.shape).map_err(|message| error(node, place, message))?;
                continue;
            }
            if let Some(input) = node.inputs.iter().find(|&&input| input >= at) {
                return Err(error(node, place, format!("the input {input} does not stand before the node {at}")));
            }
            let shape = inferred(node, &self.nodes[..at], place)?;
            if shape != node.shape {
                let message = format!("its shape is {}, but its op gives {}", show(&node.shape), show(&shape));
                return Err(error(node, place, message));
            }
            if at != self.output && !used.contains(&at) {
                let message = format!("nothing uses its output, and that of the network is `{}`'s", output.name);
                return Err(error(node, place, message));
            }
        }
        Ok(())
    }
}
