//! Which layers need no launch of their own: an activation by itself right behind a layer that can apply
//! one, as `add` and then `relu`. The layer below applies it; the activation becomes a view.

use crate::{
    activations::Activation,
    graph::{Graph, NodeId},
    ops::Effect,
};

/// For each node, what is left of its activation.
pub(super) struct Fusion {
    /// The activation that the node applies to its output: its own, or that of the layer behind it.
    activations: Vec<Option<&'static Activation>>,
    /// Whether its output is its only input's tensor.
    views: Vec<bool>,
}

impl Fusion {
    /// Looks for such layers. Only an activation whose derivative needs just its output is moved: for
    /// any other the argument must be kept, and nothing would be saved.
    pub fn of(graph: &Graph) -> Self {
        let mut fusion = Fusion::none(graph);
        for at in (0..graph.nodes.len()).filter(|&at| graph.nodes[at].op.is_activation()) {
            let Some(activation) = fusion.activations[at].filter(|activation| activation.of_output()) else { continue };
            let Some(below) = fusion.root(graph, graph.nodes[at].inputs[0]) else { continue };
            if graph.nodes[below].op.applies_activation() && fusion.activations[below].is_none() {
                fusion.activations[below] = Some(activation);
                fusion.activations[at] = None;
                fusion.views[at] = true;
            }
        }
        fusion
    }

    /// Moves no activation.
    pub fn none(graph: &Graph) -> Self {
        Fusion {
            activations: graph.nodes.iter().map(|node| node.op.activation()).collect(),
            views: graph.nodes.iter().map(|node| node.op.effect() == Effect::View).collect(),
        }
    }

    /// The activation that a node applies to its output.
    pub fn activation(&self, node: NodeId) -> Option<&'static Activation> {
        self.activations[node]
    }

    /// Whether a node's output is its only input's tensor.
    pub fn is_view(&self, node: NodeId) -> bool {
        self.views[node]
    }

    /// The node that computed what only this one's consumer sees, through views; none if others see it too.
    pub fn root(&self, graph: &Graph, node: NodeId) -> Option<NodeId> {
        let alone = graph.consumers(node) == 1 && node != graph.output;
        self.computed(graph, node).filter(|_| alone)
    }

    /// The node that computed a node's output, through views that are nobody else's.
    pub fn computed(&self, graph: &Graph, node: NodeId) -> Option<NodeId> {
        match self.is_view(node) {
            true => self.root(graph, graph.nodes[node].inputs[0]),
            false => Some(node),
        }
    }
}
