//! The lecture's backpropagation on a small network, node by node, in f64:
//!
//! ```text
//! for i = 1 … n:          u(i) = f(i)(A(i)), A(i) the values of the predecessors P(u(i))
//! g(n) = 1
//! for i = n−1 … 1:        g(i) = Σ g(j) ∂u(j)/∂u(i) over all j with i in P(u(j))
//! ```
//!
//! u(n) is the mean loss of a few examples; the inputs, every layer and every parameter are nodes before it. What is
//! shown is what the product computes: its graph, a plan that its ops write (see [`crate::plan::Trace`]), the kernels'
//! CPU twins. Beside each g(i) stands the central difference of u(n), for which nothing but the forward pass is run.

mod differences;
mod machine;
mod picture;
mod table;

pub use differences::{Differences, TOLERANCE};
pub use machine::{Machine, Refused};
pub use picture::picture;
pub use table::{lines, nodes_csv, values_csv};

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The examples.
    Input,
    /// Something that is learned.
    Parameter,
    /// A layer.
    Layer,
    /// u(n)
    Loss,
}

/// One node, with what the algorithm computed for it.
#[derive(Debug, Clone)]
pub struct Node {
    /// Its name; a parameter's is PyTorch's.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Its function: the op, with the activation that the layer applies.
    pub op: String,
    /// P(u): positions of its predecessors, parameters behind layers. One may be there twice.
    pub inputs: Vec<usize>,
    /// Its extents; of inputs and layers the first are the examples.
    pub shape: Vec<usize>,
    /// Its values.
    pub u: Vec<f64>,
    /// ∂u(n)/∂u for each; none where the loss does not depend on it smoothly: the numbers of words.
    pub g: Option<Vec<f64>>,
    /// What g is the sum of, in the order in which it came.
    pub parts: Vec<Part>,
    /// g once more, from forward passes alone; none where there is no g, or where none was asked for.
    pub differences: Option<Differences>,
}

/// What one of a node's users handed down to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The user's position, j.
    pub user: usize,
    /// g(j) ∂u(j)/∂u(i)
    pub g: Vec<f64>,
}

/// All nodes of a network.
#[derive(Debug, Clone)]
pub struct Tape {
    /// In topological order, the loss last.
    pub nodes: Vec<Node>,
    /// u(n)
    pub loss: f64,
    /// The largest relative difference of a parameter's gradient from that of the plan that trains, in which
    /// activations and products are fused.
    pub fused: f64,
}

impl Node {
    /// ‖u‖
    pub fn norm(values: &[f64]) -> f64 {
        values.iter().map(|value| value * value).sum::<f64>().sqrt()
    }

    /// Whether several use it, or one several times: its gradients are summed.
    pub fn forks(&self) -> bool {
        self.parts.len() > 1
    }

    /// How far g is from the differences; see [`Differences::off`].
    pub fn off(&self) -> Option<f64> {
        Some(self.differences.as_ref()?.off(self.g.as_deref()?))
    }
}

impl Tape {
    /// The node that is farthest from its differences, and how far that is; none where there are no differences.
    pub fn worst(&self) -> Option<(&Node, f64)> {
        self.nodes.iter().filter_map(|node| Some((node, node.off()?))).max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// Numbers at which the loss has a corner, so that no difference says what its derivative is.
    pub fn corners(&self) -> usize {
        self.nodes.iter().filter_map(|node| node.differences.as_ref()).map(Differences::corners).sum()
    }
}
