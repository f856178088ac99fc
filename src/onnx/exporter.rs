//! What nodes write themselves down with.

use std::collections::{HashMap, HashSet};

use super::messages::{self, INTEGERS, NamedAttribute, REALS, Tensor};
use crate::graph::{Graph, INPUT, NodeId};

/// A value of the model, by its name.
pub type Value = String;

/// A setting of an operator.
#[derive(Clone, Debug, PartialEq)]
pub enum Attribute {
    /// A real.
    Real(f32),
    /// An integer.
    Integer(i64),
    /// Several integers.
    Integers(Vec<i64>),
}

/// A model that grows node by node.
pub struct Exporter<'a> {
    graph: &'a Graph,
    tensors: HashMap<&'a str, (&'a [usize], &'a [f32])>,
    /// The node that is being written, whose name the names of its values begin with.
    layer: &'a str,
    nodes: Vec<messages::Node>,
    constants: Vec<Tensor>,
    /// What each of the graph's nodes came to.
    values: Vec<Value>,
    taken: HashSet<String>,
}

impl<'a> Exporter<'a> {
    /// A model without nodes.
    pub(super) fn new(graph: &'a Graph, tensors: &[(&'a str, &'a [usize], &'a [f32])]) -> Self {
        let tensors: HashMap<_, _> = tensors.iter().map(|&(name, shape, values)| (name, (shape, values))).collect();
        // Names that are given elsewhere.
        let taken = [INPUT, "logits", "probabilities", "output"].into_iter().chain(tensors.keys().copied());
        let taken = taken.map(str::to_owned).collect();
        Exporter { graph, tensors, layer: INPUT, nodes: vec![], constants: vec![], values: vec![], taken }
    }

    /// Writes every node of the graph, the first of which is the input and comes to `x`.
    pub(super) fn run(&mut self, x: Value) {
        self.values.push(x);
        let graph = self.graph;
        for (at, node) in graph.nodes.iter().enumerate().skip(1) {
            self.layer = &node.name;
            let y = node.op.onnx(self, at);
            let y = match node.op.activation() {
                Some(activation) => (activation.onnx)(self, &y),
                None => y,
            };
            self.values.push(y);
        }
    }

    /// The graph that came of it.
    pub(super) fn finish(self, name: &str) -> messages::Graph {
        let (node, initializer) = (self.nodes, self.constants);
        messages::Graph { node, name: name.to_owned(), initializer, input: vec![], output: vec![] }
    }

    /// What a node came to.
    pub(super) fn output(&self, node: NodeId) -> Value {
        self.values[node].clone()
    }

    /// Gives a value a name of its own.
    pub(super) fn name(&mut self, value: &str, name: &str) {
        if self.nodes.iter().all(|node| node.output[0] != value) {
            // The input keeps its name.
            return self.push("Identity", &[value], vec![], name.to_owned());
        }
        let places = self.nodes.iter_mut().flat_map(|node| node.input.iter_mut().chain(&mut node.output));
        places.filter(|place| *place == value).for_each(|place| name.clone_into(place));
    }

    /// The value of a node's input.
    pub fn input(&self, node: NodeId, which: usize) -> Value {
        self.output(self.graph.nodes[node].inputs[which])
    }

    /// All of a node's inputs.
    pub fn inputs(&self, node: NodeId) -> Vec<Value> {
        (0..self.graph.nodes[node].inputs.len()).map(|which| self.input(node, which)).collect()
    }

    /// The shapes of a node's inputs for one example.
    pub fn shapes(&self, node: NodeId) -> Vec<&'a [usize]> {
        self.graph.input_shapes(node)
    }

    /// A node's input as `[batch, elements]`.
    pub fn flat(&mut self, node: NodeId, which: usize) -> Value {
        let x = self.input(node, which);
        match self.shapes(node)[which].len() {
            1 => x,
            _ => self.op("Flatten", &[&x], vec![("axis", Attribute::Integer(1))]),
        }
    }

    /// A value with examples of this shape.
    pub fn reshape(&mut self, x: &str, shape: &[usize]) -> Value {
        let extents: Vec<i64> = [-1].into_iter().chain(shape.iter().map(|&extent| extent as i64)).collect();
        let shape = self.integers("shape", &extents);
        self.op("Reshape", &[x, &shape], vec![])
    }

    /// A learned tensor or running figure of a node, by its name within the node.
    pub fn learned(&mut self, node: NodeId, name: &str) -> Value {
        let name = format!("{}.{name}", self.graph.nodes[node].name);
        let &(shape, values) = self.tensors.get(name.as_str()).expect("every node's tensors are given");
        self.constant(name, shape, REALS, bytes(values, |value| value.to_le_bytes()))
    }

    /// An operation on a value, the node's weight and, where it has one, its bias.
    pub fn weighted(
        &mut self,
        node: NodeId,
        kind: &str,
        x: &str,
        bias: bool,
        attributes: Vec<(&str, Attribute)>,
    ) -> Value {
        let weight = self.learned(node, "weight");
        let bias = bias.then(|| self.learned(node, "bias"));
        let inputs: Vec<&str> = [x, &weight].into_iter().chain(bias.as_deref()).collect();
        self.op(kind, &inputs, attributes)
    }

    /// [`Exporter::learned`], so that it spreads over the positions of every channel of examples with so many axes.
    pub fn learned_of_channels(&mut self, node: NodeId, name: &str, axes: usize) -> Value {
        let value = self.learned(node, name);
        let constant = self.constants.last_mut().expect("it was just added");
        constant.dims.resize(axes, 1);
        value
    }

    /// A constant of reals.
    pub fn reals(&mut self, name: &str, shape: &[usize], values: &[f32]) -> Value {
        let name = self.free(&format!("{}/{name}", self.layer));
        self.constant(name, shape, REALS, bytes(values, |value| value.to_le_bytes()))
    }

    /// A constant list of integers.
    pub fn integers(&mut self, name: &str, values: &[i64]) -> Value {
        let name = self.free(&format!("{}/{name}", self.layer));
        self.constant(name, &[values.len()], INTEGERS, bytes(values, |value| value.to_le_bytes()))
    }

    fn constant(&mut self, name: String, shape: &[usize], data_type: i32, raw_data: Vec<u8>) -> Value {
        let dims = shape.iter().map(|&extent| extent as i64).collect();
        self.constants.push(Tensor { dims, data_type, name: name.clone(), raw_data });
        name
    }

    /// An operation with one output.
    pub fn op(&mut self, op: &str, inputs: &[&str], attributes: Vec<(&str, Attribute)>) -> Value {
        let output = self.free(&format!("{}/{op}", self.layer));
        self.push(op, inputs, attributes, output.clone());
        output
    }

    /// Values joined from the left by an operation of two.
    pub fn fold(&mut self, op: &str, values: &[Value]) -> Value {
        let [first, others @ ..] = values else { unreachable!("the graph counted the inputs") };
        others.iter().fold(first.clone(), |sum, value| self.op(op, &[&sum, value], vec![]))
    }

    /// A value and a number joined by an operation of two.
    pub fn with(&mut self, op: &str, x: &str, number: f32) -> Value {
        let number = self.reals("number", &[], &[number]);
        self.op(op, &[x, &number], vec![])
    }

    fn push(&mut self, op: &str, inputs: &[&str], attributes: Vec<(&str, Attribute)>, output: Value) {
        self.nodes.push(messages::Node {
            input: inputs.iter().map(|&input| input.to_owned()).collect(),
            name: output.clone(),
            output: vec![output],
            op_type: op.to_owned(),
            attribute: attributes.into_iter().map(|(name, value)| value.named(name)).collect(),
        });
    }

    /// The name itself, or with a number behind it if there is another of that name.
    fn free(&mut self, name: &str) -> String {
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let name = [name.to_owned()].into_iter().chain(numbered).find(|name| !self.taken.contains(name));
        let name = name.expect("some number is free");
        self.taken.insert(name.clone());
        name
    }
}

impl Attribute {
    /// Extents or the like.
    pub fn list(values: &[usize]) -> Attribute {
        Attribute::Integers(values.iter().map(|&value| value as i64).collect())
    }

    fn named(self, name: &str) -> NamedAttribute {
        let mut named = NamedAttribute { name: name.to_owned(), ..NamedAttribute::default() };
        match self {
            Attribute::Real(value) => (named.kind, named.f) = (1, Some(value)),
            Attribute::Integer(value) => (named.kind, named.i) = (2, Some(value)),
            Attribute::Integers(values) => (named.kind, named.ints) = (7, values),
        }
        named
    }
}

/// Numbers one behind the other.
fn bytes<T: Copy, const N: usize>(values: &[T], of: impl Fn(T) -> [u8; N]) -> Vec<u8> {
    values.iter().flat_map(|&value| of(value)).collect()
}
