//! Consecutive inputs along an axis.

use super::{
    Effect, Kind, Op,
    setting::{Setting, over},
};
use crate::{
    graph::{NodeId, Shape, elements, show},
    kernels::{
        Variant,
        concat::{BACKWARD, ConcatParameters, FORWARD},
    },
    onnx::exporter::{Attribute, Exporter, Value},
    plan::builder::{Builder, TensorId},
};

/// y = [x₁, x₂, …] along an axis
pub const CONCAT: Kind = Kind {
    name: "concat",
    formula: "y = [x1, x2, ...] along an axis",
    keys: "axis",
    read: |table| Ok(Box::new(Concat { axis: table.integer("axis", ..)?.unwrap_or(0) })),
    kernels: &[&FORWARD, &BACKWARD],
    settings: SETTINGS,
};

/// y = [x₁, x₂, …] along an axis of an example: 0, the default, is the channels of pictures.
#[derive(Debug)]
pub struct Concat {
    /// The axis; the batch does not count.
    pub axis: usize,
}

impl Op for Concat {
    fn name(&self) -> &'static str {
        CONCAT.name
    }

    fn effect(&self) -> Effect {
        Effect::Joins
    }

    fn keys(&self) -> toml::Table {
        toml::Table::from_iter([("axis".to_owned(), (self.axis as i64).into())])
    }

    fn shape(&self, inputs: &[&[usize]]) -> Result<Shape, String> {
        let mut shape = inputs[0].to_vec();
        if self.axis >= shape.len() {
            return Err(format!("axis = {}, but the input {} has {} axes", self.axis, show(&shape), shape.len()));
        }
        for input in &inputs[1..] {
            let fits = input.len() == shape.len()
                && (0..shape.len()).all(|axis| axis == self.axis || input[axis] == shape[axis]);
            if !fits {
                let (a, b) = (show(inputs[0]), show(input));
                return Err(format!("the inputs {a} and {b} differ in more than axis {}", self.axis));
            }
            shape[self.axis] = shape[self.axis].saturating_add(input[self.axis]);
        }
        Ok(shape)
    }

    /// Every input is copied to its place by a launch of its own.
    fn forward(&self, builder: &mut Builder, node: NodeId) -> TensorId {
        let y = builder.scratch_like(node, "y", node);
        for (input, parameters) in self.parts(builder, node).into_iter().enumerate() {
            let x = builder.input(node, input);
            builder.launch(node, &FORWARD, parameters, Variant::Plain, &[Some(x), Some(y)]);
        }
        y
    }

    fn backward(&self, builder: &mut Builder, node: NodeId, dy: TensorId) {
        for (input, parameters) in self.parts(builder, node).into_iter().enumerate() {
            if builder.needs_gradient(node, input) {
                let dx = builder.scratch(node, "dx", (parameters.outer * parameters.length) as usize);
                builder.launch(node, &BACKWARD, parameters, Variant::Plain, &[Some(dy), Some(dx)]);
                builder.add_gradient(node, input, dx);
            }
        }
    }

    fn onnx(&self, exporter: &mut Exporter) -> Value {
        let inputs = exporter.inputs();
        let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
        exporter.op("Concat", &inputs, vec![("axis", Attribute::Integer(self.axis as i64 + 1))])
    }
}

impl Concat {
    /// Where each input lies in the output.
    fn parts(&self, builder: &Builder, node: NodeId) -> Vec<ConcatParameters> {
        let total = elements(&builder.graph().nodes[node].shape[self.axis..]);
        let mut start = 0;
        let mut part = |shape: &[usize]| {
            let (outer, length) = (builder.rows() * elements(&shape[..self.axis]), elements(&shape[self.axis..]));
            start += length;
            let [outer, length, start, total] = [outer, length, start - length, total].map(|extent| extent as u32);
            ConcatParameters { outer, length, start, total }
        };
        builder.graph().input_shapes(node).into_iter().map(&mut part).collect()
    }
}

const SETTINGS: &[Setting] = &[
    over(&[1], "inputs = ['input', 'input']"),
    over(&[1], "inputs = ['input']"),
    over(&[7], "inputs = ['input', 'input', 'input']"),
    over(&[2, 3], "axis = 1, inputs = ['input', 'input']"),
    over(&[2, 3, 4], "{ op = 'tanh', name = 'a' }, { @, axis = 2, inputs = ['a', 'input', 'a'] }"),
    over(&[2, 1, 3, 2], "{ op = 'silu', name = 'a' }, { @, axis = 3, inputs = ['input', 'a'] }"),
    over(&[2, 1, 3, 2], "{ op = 'silu', name = 'a' }, { @, axis = 0, inputs = ['a', 'input'] }"),
    over(&[5], "{ op = 'dense', units = 13, activation = 'tanh', name = 'a' }, { @, inputs = ['input', 'a'] }"),
    over(
        &[2, 3],
        "{ op = 'dense', units = 12, name = 'a' }, { op = 'reshape', shape = [4, 3], name = 'b' }, { @, inputs = ['b', 'input'] }",
    ),
    over(
        &[3, 5],
        "{ op = 'conv1d', filters = 4, kernel = 3, padding = 'same', activation = 'relu', name = 'a' }, { @, inputs = ['input', 'a'] }, { op = 'conv1d', filters = 2, kernel = 1 }",
    ),
    over(
        &[2, 5, 3],
        "{ op = 'max_pool2d', kernel = [2, 1], stride = 1, name = 'a' }, { @, axis = 1, inputs = ['a', 'input', 'a'] }",
    ),
    over(&[61], "{ op = 'dense', units = 1, name = 'a' }, { @, inputs = ['a', 'input', 'a'] }, { op = 'softmax' }"),
];
