//! A training step that keeps what the lecture's backpropagation computes, node by node: every output u, every
//! gradient g = ∂L/∂u, and what each of a node's users handed down to it.
//!
//! The plan that trains computes no more than it needs: an activation behind a layer becomes part of that layer,
//! products are multiplied by f′ of the layer below before they are written, views are their input's tensor, and a
//! tensor's place serves the next one. A traced plan is written by the same ops with the same kernels, but nothing is
//! fused, every node has an output of its own, and no place is used twice.

use std::ops::Range;

use super::{
    builder::{Builder, TensorId},
    fusion::Fusion,
    placement::Placed,
    steps::Slice,
};
use crate::{
    graph::NodeId,
    kernels::{
        Variant,
        concat::{ConcatParameters, FORWARD},
    },
};

/// Where a traced training step keeps what belongs to each node.
#[derive(Debug, Clone)]
pub struct Trace {
    /// One for each of the graph's nodes.
    pub nodes: Vec<Traced>,
    /// Launches of the forward pass, the loss included; the backward pass follows.
    pub forward: usize,
    /// Launches before the update of the parameters.
    pub update: usize,
}

/// Where a traced training step keeps what belongs to a node.
#[derive(Debug, Clone)]
pub struct Traced {
    /// u: its output, for every row of the batch.
    pub output: Slice,
    /// The launches that compute it from its inputs.
    pub launches: Range<usize>,
    /// g = ∂L/∂u, where that is computed: the loss does not depend smoothly on the number of a word.
    pub gradient: Option<Slice>,
    /// What g is the sum of: each user's g · ∂(its u)/∂u, in the order in which they came. The loss is the user behind
    /// the last node.
    pub parts: Vec<(NodeId, Slice)>,
}

/// What a builder notes of a node, before tensors have addresses.
#[derive(Default)]
pub(super) struct Noted {
    output: Option<TensorId>,
    launches: Range<usize>,
    gradient: Option<TensorId>,
    parts: Vec<(NodeId, TensorId)>,
}

/// What it notes of all.
pub(super) type Notes = Vec<Noted>;

/// The same with addresses.
pub(super) fn placed(notes: Notes, placed: &Placed, forward: usize, update: usize) -> Trace {
    let traced = |noted: Noted| Traced {
        output: placed.slice(noted.output.expect("every node has an output")),
        launches: noted.launches,
        gradient: noted.gradient.map(|id| placed.slice(id)),
        parts: noted.parts.into_iter().map(|(user, id)| (user, placed.slice(id))).collect(),
    };
    Trace { nodes: notes.into_iter().map(traced).collect(), forward, update }
}

impl Builder<'_> {
    /// Begins to note: before anything is written.
    pub(super) fn trace(&mut self) {
        self.fusion = Fusion::none(self.graph());
        self.notes = Some(self.graph().nodes.iter().map(|_| Noted::default()).collect());
    }

    /// Notes a node's output, which the launches from `first` on compute, and returns it. One that is an input's
    /// tensor is copied, so that it can be changed without its input.
    pub(super) fn note_output(&mut self, node: NodeId, output: TensorId, first: usize) -> TensorId {
        if self.notes.is_none() {
            return output;
        }
        let inputs = &self.graph().nodes[node].inputs;
        let shared = inputs.iter().any(|&input| self.output(input) == output);
        let output = if shared { self.copy(node, output) } else { output };
        let launches = first..self.launches.len();
        if let Some(notes) = &mut self.notes {
            notes[node] = Noted { output: Some(output), launches, ..Noted::default() };
        }
        output
    }

    /// Notes what a user handed down to a node.
    pub(super) fn note_part(&mut self, node: NodeId, user: NodeId, part: TensorId) {
        if let Some(notes) = &mut self.notes {
            notes[node].parts.push((user, part));
        }
    }

    /// Notes a node's whole gradient.
    pub(super) fn note_gradient(&mut self, node: NodeId, gradient: TensorId) {
        if let Some(notes) = &mut self.notes {
            notes[node].gradient = Some(gradient);
        }
    }

    /// A whole of one part is that part.
    fn copy(&mut self, node: NodeId, x: TensorId) -> TensorId {
        let (y, count) = (self.scratch_like(node, "y", node), self.count(node) as u32);
        let parameters = ConcatParameters { outer: 1, length: count, start: 0, total: count };
        self.launch(node, &FORWARD, parameters, Variant::Plain, &[Some(x), Some(y)]);
        y
    }
}
