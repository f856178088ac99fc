//! What ops write a plan with: tensors that are written once each, and launches between them.
//! Nothing here has an address yet; see [`super::placement`].

use super::{fusion::Fusion, layout::DataLayout, steps::Program, trace::Notes};
use crate::{
    activations::Activation,
    graph::{Graph, NodeId, elements},
    kernels::{
        Element, Kernel, Parameters, Variant, activation,
        activation::ActivationParameters,
        gather,
        gather_augmented::{AugmentedParameters, GATHER_AUGMENTED},
        sum, sum_through,
    },
    random::Purpose,
};

/// A tensor of the plan, before it has an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TensorId(pub(super) usize);

/// A tensor: where it will lie, and how large it is for one replica.
#[derive(Clone, Debug)]
pub(super) struct Tensor {
    pub name: String,
    pub element: Element,
    pub elements: usize,
    pub home: Home,
}

/// Where a tensor lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Home {
    /// Among its like in one buffer, at this offset.
    Parameters(usize),
    /// At the same offset among the gradients.
    Gradients(usize),
    /// Among its like in the buffer of running figures, at this offset.
    Running(usize),
    /// Alone in a buffer that keeps its contents from step to step, a copy for every replica.
    Own,
    /// Alone in such a buffer, which all replicas share.
    Shared,
    /// Anywhere, from the launch that writes it to the last that reads it.
    Scratch,
}

/// A launch between tensors.
pub(super) struct Draft {
    pub kernel: &'static Kernel,
    pub node: String,
    pub parameters: Vec<u8>,
    pub variant: Variant,
    pub bindings: Vec<Option<TensorId>>,
}

/// The tensors that the host fills or reads.
#[derive(Clone, Copy)]
pub(super) struct HostTensors {
    pub data: TensorId,
    pub targets: TensorId,
    pub order: TensorId,
    pub affine: TensorId,
    pub statistics: TensorId,
    pub flags: TensorId,
    pub state: Option<TensorId>,
    pub parameters: TensorId,
    pub gradients: TensorId,
    pub running: Option<TensorId>,
}

/// What every program of a plan shares.
#[derive(Clone)]
pub(super) struct Common {
    pub host: HostTensors,
    /// For each node, its parameters' values and gradients.
    pub weights: Vec<Vec<(TensorId, TensorId)>>,
    /// For each node, its running figures.
    pub running: Vec<Vec<TensorId>>,
}

/// One program of the plan while it is written.
pub struct Builder<'g> {
    graph: &'g Graph,
    program: Program,
    rows: usize,
    needed: Vec<bool>,
    pub(super) fusion: Fusion,
    layout: &'g DataLayout,
    pub(super) host: HostTensors,
    pub(super) tensors: Vec<Tensor>,
    pub(super) launches: Vec<Draft>,
    weights: Vec<Vec<(TensorId, TensorId)>>,
    running: Vec<Vec<TensorId>>,
    outputs: Vec<Option<TensorId>>,
    /// The argument of a node's activation, where a launch of its own computes that.
    arguments: Vec<Option<TensorId>>,
    /// What each node's forward pass keeps for its backward pass.
    kept: Vec<Vec<TensorId>>,
    /// Gradients that came from each node's consumers; whether f′ of the node is in them already.
    gradients: Vec<Vec<(TensorId, bool)>>,
    /// What belongs to each node, where that is asked for; see [`super::trace`].
    pub(super) notes: Option<Notes>,
}

impl<'g> Builder<'g> {
    pub(super) fn new(
        graph: &'g Graph,
        program: Program,
        rows: usize,
        layout: &'g DataLayout,
        common: Common,
        tensors: Vec<Tensor>,
    ) -> Self {
        let Common { host, weights, running } = common;
        let count = graph.nodes.len();
        Builder {
            graph,
            program,
            rows,
            needed: graph.differentiable(layout.differentiate_input),
            fusion: Fusion::of(graph),
            layout,
            host,
            tensors,
            launches: vec![],
            weights,
            running,
            outputs: vec![None; count],
            arguments: vec![None; count],
            kept: vec![vec![]; count],
            gradients: vec![vec![]; count],
            notes: None,
        }
    }

    /// The network.
    pub fn graph(&self) -> &'g Graph {
        self.graph
    }

    /// Whether this is the training program: batch normalisation and dropout differ in evaluation.
    pub fn training(&self) -> bool {
        self.program == Program::Train
    }

    /// Rows of a batch.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The output of a node's input.
    pub fn input(&self, node: NodeId, input: usize) -> TensorId {
        self.output(self.graph.nodes[node].inputs[input])
    }

    /// A node's output.
    pub fn output(&self, node: NodeId) -> TensorId {
        self.outputs[node].expect("forward runs in topological order")
    }

    /// A node's parameter.
    pub fn weight(&self, node: NodeId, parameter: usize) -> TensorId {
        self.weights[node][parameter].0
    }

    /// Where the gradient of a node's parameter is to be written.
    pub fn weight_gradient(&self, node: NodeId, parameter: usize) -> TensorId {
        self.weights[node][parameter].1
    }

    /// One of a node's running figures; see [`crate::ops::Running`].
    pub fn running(&self, node: NodeId, which: usize) -> TensorId {
        self.running[node][which]
    }

    /// A new tensor of reals.
    pub fn scratch(&mut self, node: NodeId, name: &str, elements: usize) -> TensorId {
        let name = format!("{}.{name}", self.graph.nodes[node].name);
        self.tensors.push(Tensor { name, element: Element::Real, elements, home: Home::Scratch });
        TensorId(self.tensors.len() - 1)
    }

    /// A new tensor of reals with the elements of a batch of `like`'s outputs.
    pub fn scratch_like(&mut self, node: NodeId, name: &str, like: NodeId) -> TensorId {
        self.scratch(node, name, self.count(like))
    }

    /// Elements of a batch of a node's outputs.
    pub fn count(&self, node: NodeId) -> usize {
        self.rows * elements(&self.graph.nodes[node].shape)
    }

    /// Keeps a tensor of the forward pass for the node's backward pass; see [`Builder::kept`].
    pub fn keep(&mut self, node: NodeId, tensor: TensorId) {
        self.kept[node].push(tensor);
    }

    /// What the node's forward pass kept, in its order.
    pub fn kept(&self, node: NodeId, which: usize) -> TensorId {
        self.kept[node][which]
    }

    /// Adds a launch: one tensor for each of the kernel's bindings.
    pub fn launch<P: Parameters>(
        &mut self,
        node: NodeId,
        kernel: &'static Kernel,
        parameters: P,
        variant: Variant,
        bindings: &[Option<TensorId>],
    ) {
        assert_eq!(bindings.len(), kernel.bindings.len(), "{} binds every binding", kernel.name);
        self.launches.push(Draft {
            kernel,
            node: self.graph.nodes[node].name.clone(),
            parameters: bytemuck::bytes_of(&parameters).to_vec(),
            variant,
            bindings: bindings.to_vec(),
        });
    }

    /// y = f(x) by a launch of its own.
    pub fn activate(&mut self, node: NodeId, activation: &'static Activation, x: TensorId) -> TensorId {
        let count = self.tensors[x.0].elements;
        let y = self.scratch(node, activation.name, count);
        let parameters = ActivationParameters { count: count as u32 };
        self.launch(node, &activation::FORWARD, parameters, Variant::Activation(activation), &[Some(x), Some(y)]);
        self.arguments[node] = Some(x);
        y
    }

    /// The batch, picked from the data set and normalised; in training, pictures may be augmented.
    pub fn gather(&mut self) -> TensorId {
        let features = elements(&self.graph.nodes[0].shape);
        let x = self.scratch(0, "batch", self.rows * features);
        let HostTensors { data, order, affine, .. } = self.host;
        let bindings = [Some(data), Some(order), Some(affine), Some(x)];
        if let (Some(augmentation), true) = (self.layout.augmentation, self.training()) {
            let parameters = AugmentedParameters {
                rows: self.rows as u32,
                features: features as u32,
                plane: self.layout.plane as u32,
                width: augmentation.width as u32,
                crop: augmentation.crop as u32,
                flip: augmentation.flip.into(),
                cutout: augmentation.cutout as u32,
                stream: Purpose::Augment.stream(0),
            };
            self.launch(0, &GATHER_AUGMENTED, parameters, Variant::Plain, &bindings);
            return x;
        }
        let parameters = gather::GatherParameters {
            rows: self.rows as u32,
            features: features as u32,
            plane: self.layout.plane as u32,
        };
        let kernel = match self.layout.bytes {
            true => &gather::GATHER_BYTES,
            false => &gather::GATHER_FLOATS,
        };
        self.launch(0, kernel, parameters, Variant::Plain, &bindings);
        x
    }

    /// The activation that a node applies to its output: its own, or that of a layer right behind it.
    pub fn activation(&self, node: NodeId) -> Option<&'static Activation> {
        self.fusion.activation(node)
    }

    /// Whether the backward pass must compute the gradient of a node's input.
    pub fn needs_gradient(&self, node: NodeId, input: usize) -> bool {
        self.needed[self.graph.nodes[node].inputs[input]]
    }

    /// The activation of the node below, if the launch that computes its gradient may multiply by
    /// f′ at once: f′ needs just the output, and no other gradient is to be summed first.
    pub fn fusable(&self, node: NodeId, input: usize) -> Option<&'static Activation> {
        if self.notes.is_some() {
            return None;
        }
        let below = self.fusion.root(self.graph, self.graph.nodes[node].inputs[input]);
        below.and_then(|below| self.activation(below)).filter(|activation| activation.of_output())
    }

    /// Hands a gradient down to a node's input.
    pub fn add_gradient(&mut self, node: NodeId, input: usize, gradient: TensorId) {
        let below = self.graph.nodes[node].inputs[input];
        if self.needed[below] {
            self.gradients[below].push((gradient, false));
            self.note_part(below, node, gradient);
        }
    }

    /// Hands down a gradient that contains f′ of the node below; see [`Builder::fusable`].
    pub fn add_gradient_through(&mut self, node: NodeId, input: usize, gradient: TensorId) {
        self.gradients[self.graph.nodes[node].inputs[input]].push((gradient, true));
    }

    /// The forward pass, in topological order; returns the network's output.
    pub(super) fn forward(&mut self) -> TensorId {
        for node in 0..self.graph.nodes.len() {
            let first = self.launches.len();
            let output = match self.fusion.is_view(node) {
                true => self.input(node, 0),
                false => self.graph.nodes[node].op.forward(self, node),
            };
            self.outputs[node] = Some(self.note_output(node, output, first));
        }
        self.output(self.graph.output)
    }

    /// The lecture's backpropagation: nodes in reverse order, each handing its gradient to its
    /// inputs by the chain rule; a fork's gradients are summed.
    pub(super) fn backward(&mut self, dy: TensorId) -> Option<TensorId> {
        self.gradients[self.graph.output].push((dy, false));
        self.note_part(self.graph.output, self.graph.nodes.len(), dy);
        for node in (0..self.graph.nodes.len()).rev() {
            let Some((mut dy, through)) = self.gradient(node) else { continue };
            self.note_gradient(node, dy);
            if self.fusion.is_view(node) {
                let below = self.graph.nodes[node].inputs[0];
                if self.needed[below] {
                    self.gradients[below].push((dy, through));
                    self.note_part(below, node, dy);
                }
                continue;
            }
            if let Some(activation) = self.activation(node).filter(|_| !through) {
                dy = self.activation_backward(node, activation, dy);
            }
            if node == 0 {
                return Some(dy);
            }
            self.graph.nodes[node].op.backward(self, node, dy);
        }
        None
    }

    /// The sum of what came down to a node, in the order in which it came; the last sum takes it through
    /// the node's activation where that needs just the output.
    fn gradient(&mut self, node: NodeId) -> Option<(TensorId, bool)> {
        let parts = std::mem::take(&mut self.gradients[node]);
        let last = parts.len().saturating_sub(1);
        let computed = self.fusion.computed(self.graph, node);
        let activation = computed.and_then(|node| self.activation(node)).filter(|activation| activation.of_output());
        // A traced node's gradient is that of its output.
        let activation = activation.filter(|_| self.notes.is_none());
        parts
            .into_iter()
            .enumerate()
            .reduce(|(_, (a, _)), (at, (b, _))| {
                let count = self.tensors[a.0].elements;
                let c = self.scratch(node, "dy", count);
                let parameters = sum::SumParameters { count: count as u32 };
                let through = activation.filter(|_| at == last);
                match through {
                    Some(activation) => {
                        let bindings = [Some(a), Some(b), Some(self.output(node)), Some(c)];
                        self.launch(
                            node,
                            &sum_through::SUM_THROUGH,
                            parameters,
                            Variant::Activation(activation),
                            &bindings,
                        );
                    }
                    None => self.launch(node, &sum::SUM, parameters, Variant::Plain, &[Some(a), Some(b), Some(c)]),
                }
                (at, (c, through.is_some()))
            })
            .map(|(_, gradient)| gradient)
    }

    fn activation_backward(&mut self, node: NodeId, activation: &'static Activation, dy: TensorId) -> TensorId {
        let v = match activation.of_output() {
            true => self.output(node),
            false => self.arguments[node].expect("forward kept the activation's argument"),
        };
        let count = self.tensors[dy.0].elements;
        let dx = self.scratch(node, "dz", count);
        let parameters = ActivationParameters { count: count as u32 };
        let bindings = [Some(dy), Some(v), Some(dx)];
        self.launch(node, &activation::BACKWARD, parameters, Variant::Activation(activation), &bindings);
        dx
    }
}
