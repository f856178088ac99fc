//! A network as a directed acyclic graph of nodes in topological order. Nothing here knows
//! buffers or devices.

pub mod blocks;
mod check;
mod network;
pub mod order;
mod size;

use crate::{
    config,
    ops::{self, Op},
};
pub use network::{Layer, Network};

/// The extent of one example along each axis: `[784]`, or `[channels, height, width]`.
pub type Shape = Vec<usize>;

/// The elements of a shape; a product beyond what a `usize` holds is the largest one.
pub fn elements(shape: &[usize]) -> usize {
    if shape.contains(&0) { 0 } else { shape.iter().fold(1, |product: usize, &extent| product.saturating_mul(extent)) }
}

/// The most elements that a tensor may have: kernels count them in 32 bits.
pub const LARGEST: usize = u32::MAX as usize;

/// A shape as people write it.
pub fn show(shape: &[usize]) -> String {
    let extents: Vec<String> = shape.iter().map(usize::to_string).collect();
    format!("[{}]", extents.join(", "))
}

/// A position in [`Graph::nodes`].
pub type NodeId = usize;

/// One node: an operation on the outputs of others.
#[derive(Debug)]
#[non_exhaustive]
pub struct Node {
    /// The name: the config's, or `layers.N` by its place in the list.
    pub name: String,
    /// What it computes.
    pub op: Box<dyn Op>,
    /// Whose outputs it takes.
    pub inputs: Vec<NodeId>,
    /// Its output, for one example.
    pub shape: Shape,
    /// Where the config or the code speaks of it; of the input it does not.
    pub place: Option<config::Place>,
}

/// A whole network: node 0 is the input.
#[derive(Debug)]
#[non_exhaustive]
pub struct Graph {
    /// In topological order: every node comes after its inputs.
    pub nodes: Vec<Node>,
    /// Whose output the loss takes.
    pub output: NodeId,
}

/// A node before shapes are known.
#[derive(Debug)]
pub struct Draft {
    /// Its name.
    pub name: String,
    /// What it computes.
    pub op: Box<dyn Op>,
    /// The names of its inputs.
    pub inputs: Vec<String>,
    /// Where the config or the code speaks of it.
    pub place: config::Place,
    /// Where its name stands.
    pub name_place: config::Place,
    /// Where each input is named; empty where the config names none.
    pub input_places: Vec<config::Place>,
}

/// The name of the network's input.
pub const INPUT: &str = "input";

impl Graph {
    /// Builds the graph of a config's model for examples of this shape.
    ///
    /// # Errors
    /// Unknown ops and keys, names that are missing, taken twice or in a circle, layers that nothing
    /// uses, and shapes that do not fit or are too large, each with its place in the config.
    pub fn build(model: &config::ModelConfig, input: &[usize]) -> Result<Graph, config::Error> {
        Graph::of(Graph::drafts(model)?, input)
    }

    /// The layers of a config's model, those of blocks in their place, before shapes are known.
    ///
    /// # Errors
    /// Unknown ops and keys.
    pub fn drafts(model: &config::ModelConfig) -> Result<Vec<Draft>, config::Error> {
        let draft = |blocks::Flat { name, inputs, layer }: blocks::Flat| {
            let input_places = layer.inputs.iter().flatten().map(|(_, place)| place.clone()).collect();
            let name_place = layer.keys.place_of("name").clone();
            Ok(Draft { name, op: ops::read(&layer)?, inputs, place: layer.place, name_place, input_places })
        };
        blocks::expand(&model.layers)?.into_iter().map(draft).collect()
    }

    /// Orders the drafts, and infers every shape. The output is the last draft; without any, the input.
    ///
    /// # Errors
    /// See [`Graph::build`].
    pub fn of(drafts: Vec<Draft>, input: &[usize]) -> Result<Graph, config::Error> {
        let sorted = order::sorted(&drafts)?;
        // Told last: a layer that does not fit is the nearer mistake.
        let used = order::all_used(&drafts, &sorted);
        let last = drafts.len();
        let mut position = vec![0; last + 1];
        let op = Box::new(ops::identity::Input);
        let first = Node { name: INPUT.into(), op, inputs: vec![], shape: input.to_vec(), place: None };
        let mut nodes = vec![first];
        let mut drafts: Vec<Option<Draft>> = drafts.into_iter().map(Some).collect();
        for (at, inputs) in sorted {
            let draft = drafts[at].take().expect("each draft is sorted once");
            position[at + 1] = nodes.len();
            let inputs: Vec<NodeId> = inputs.iter().map(|&input| position[input]).collect();
            let Draft { name, op, place, .. } = draft;
            let mut node = Node { name, op, inputs, shape: vec![], place: None };
            node.shape = check::inferred(&node, &nodes, &place)?;
            node.place = Some(place);
            nodes.push(node);
        }
        used?;
        Ok(Graph { output: position[last], nodes })
    }

    /// The shapes of a node's inputs.
    pub fn input_shapes(&self, node: NodeId) -> Vec<&[usize]> {
        self.nodes[node].inputs.iter().map(|&input| &self.nodes[input].shape[..]).collect()
    }

    /// How many nodes take this one's output.
    pub fn consumers(&self, node: NodeId) -> usize {
        self.nodes.iter().flat_map(|n| &n.inputs).filter(|&&input| input == node).count()
    }

    /// Which nodes depend on a parameter, or on the input where that is asked for too: only those
    /// need a gradient of their output.
    pub fn differentiable(&self, input: bool) -> Vec<bool> {
        let mut needed = vec![false; self.nodes.len()];
        for (at, node) in self.nodes.iter().enumerate() {
            let own = !node.op.parameters(&self.input_shapes(at)).is_empty();
            needed[at] = own || (at == 0 && input) || node.inputs.iter().any(|&input| needed[input]);
        }
        needed
    }
}
