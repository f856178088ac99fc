//! Inputs one behind the other along an axis.

use super::{Kind, Op};
use crate::{
    graph::{NodeId, Shape, elements, show},
    kernels::{
        Variant,
        concat::{BACKWARD, ConcatParameters, FORWARD},
    },
    onnx::{Attribute, Exporter, Value},
    plan::{Builder, TensorId},
};

/// y = [x₁, x₂, …] along an axis
pub const CONCAT: Kind = Kind {
    name: "concat",
    formula: "y = [x1, x2, ...] along an axis",
    keys: "axis",
    read: |table| Ok(Box::new(Concat { axis: table.integer("axis", ..)?.unwrap_or(0) })),
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

    fn onnx(&self, exporter: &mut Exporter, node: NodeId) -> Value {
        let inputs = exporter.inputs(node);
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
