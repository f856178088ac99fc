//! What nodes write themselves down with.

use std::collections::{HashMap, HashSet};

use super::messages::{self, INTEGERS, NamedAttribute, REALS, Tensor};

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

/// A layer that is being written.
pub(super) struct Layer<'a> {
    /// Its name, which the names of its values begin with.
    pub name: &'a str,
    /// What it takes.
    pub inputs: Vec<Value>,
    /// Their shapes for one example.
    pub shapes: Vec<&'a [usize]>,
}

/// A model that grows node by node.
pub struct Exporter<'a> {
    tensors: HashMap<&'a str, (&'a [usize], &'a [f32])>,
    layer: Layer<'a>,
    nodes: Vec<messages::Node>,
    constants: Vec<Tensor>,
    taken: HashSet<String>,
}

impl<'a> Exporter<'a> {
    /// A model without nodes, whose input and outputs have these names.
    pub(super) fn new(input: &'a str, outputs: &[&str], tensors: &[(&'a str, &'a [usize], &'a [f32])]) -> Self {
        let tensors: HashMap<_, _> = tensors.iter().map(|&(name, shape, values)| (name, (shape, values))).collect();
        // Names that are given elsewhere.
        let taken = [input].into_iter().chain(outputs.iter().copied()).chain(tensors.keys().copied());
        let taken = taken.map(str::to_owned).collect();
        let layer = Layer { name: input, inputs: vec![], shapes: vec![] };
        Exporter { tensors, layer, nodes: vec![], constants: vec![], taken }
    }

    /// Begins a layer.
    pub(super) fn layer(&mut self, layer: Layer<'a>) {
        self.layer = layer;
    }

    /// The graph that came of it.
    pub(super) fn finish(self, name: &str) -> messages::Graph {
        let (node, initializer) = (self.nodes, self.constants);
        messages::Graph { node, name: name.to_owned(), initializer, input: vec![], output: vec![] }
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

    /// One of the layer's inputs.
    pub fn input(&self, which: usize) -> Value {
        self.layer.inputs[which].clone()
    }

    /// All of the layer's inputs.
    pub fn inputs(&self) -> Vec<Value> {
        self.layer.inputs.clone()
    }

    /// The shapes of the layer's inputs for one example.
    pub fn shapes(&self) -> Vec<&'a [usize]> {
        self.layer.shapes.clone()
    }

    /// One of the layer's inputs as `[batch, elements]`.
    pub fn flat(&mut self, which: usize) -> Value {
        let x = self.input(which);
        match self.layer.shapes[which].len() {
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

    /// A learned tensor or running figure of the layer, by its name within the layer.
    pub fn learned(&mut self, name: &str) -> Value {
        let name = format!("{}.{name}", self.layer.name);
        let &(shape, values) = self.tensors.get(name.as_str()).expect("every layer's tensors are given");
        self.constant(name, shape, REALS, bytes(values, |value| value.to_le_bytes()))
    }

    /// An operation on a value, the layer's weight and, where it has one, its bias.
    pub fn weighted(&mut self, kind: &str, x: &str, bias: bool, attributes: Vec<(&str, Attribute)>) -> Value {
        let weight = self.learned("weight");
        let bias = bias.then(|| self.learned("bias"));
        let inputs: Vec<&str> = [x, &weight].into_iter().chain(bias.as_deref()).collect();
        self.op(kind, &inputs, attributes)
    }

    /// [`Exporter::learned`], so that it spreads over the positions of every channel of examples with so many axes.
    pub fn learned_of_channels(&mut self, name: &str, axes: usize) -> Value {
        let value = self.learned(name);
        let constant = self.constants.last_mut().expect("it was just added");
        constant.dims.resize(axes, 1);
        value
    }

    /// A constant of reals.
    pub fn reals(&mut self, name: &str, shape: &[usize], values: &[f32]) -> Value {
        let name = self.free(&format!("{}/{name}", self.layer.name));
        self.constant(name, shape, REALS, bytes(values, |value| value.to_le_bytes()))
    }

    /// A constant list of integers.
    pub fn integers(&mut self, name: &str, values: &[i64]) -> Value {
        let name = self.free(&format!("{}/{name}", self.layer.name));
        self.constant(name, &[values.len()], INTEGERS, bytes(values, |value| value.to_le_bytes()))
    }

    fn constant(&mut self, name: String, shape: &[usize], data_type: i32, raw_data: Vec<u8>) -> Value {
        let dims = shape.iter().map(|&extent| extent as i64).collect();
        self.constants.push(Tensor { dims, data_type, name: name.clone(), raw_data });
        name
    }

    /// An operation with one output.
    pub fn op(&mut self, op: &str, inputs: &[&str], attributes: Vec<(&str, Attribute)>) -> Value {
        let output = self.free(&format!("{}/{op}", self.layer.name));
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

/// Consecutive numbers.
fn bytes<T: Copy, const N: usize>(values: &[T], of: impl Fn(T) -> [u8; N]) -> Vec<u8> {
    values.iter().flat_map(|&value| of(value)).collect()
}
