//! The element-wise product of two or more inputs of one shape: gates.

use super::{Kind, Op, equal};
use crate::{
    graph::{NodeId, Shape},
    kernels::{
        Variant,
        multiply::{MULTIPLY, MultiplyParameters},
    },
    onnx::{Exporter, Value},
    plan::{Builder, TensorId},
};

/// y = Π xᵢ
pub const MULTIPLY_NODE: Kind =
    Kind { name: "multiply", formula: "y = x1 x2 ...", keys: "", read: |_| Ok(Box::new(Multiply)) };

/// y = x₁ x₂ …, multiplied from the left.
#[derive(Debug)]
pub struct Multiply;

impl Op for Multiply {
    fn name(&self) -> &'static str {
        MULTIPLY_NODE.name
    }

    fn keys(&self) -> toml::Table {
        toml::Table::new()
    }

    fn shape(&self, inputs: &[&[usize]]) -> Result<Shape, String> {
        equal(inputs)
    }

    fn forward(&self, builder: &mut Builder, node: NodeId) -> TensorId {
        let mut y = builder.input(node, 0);
        for input in 1..builder.graph().nodes[node].inputs.len() {
            // The backward pass needs every product of the first inputs.
            builder.keep(node, y);
            let x = builder.input(node, input);
            y = times(builder, node, "y", y, x);
        }
        y
    }

    /// From the right: of y = p x, p the product of the inputs before, x gets dy p, and dy x goes
    /// on to p.
    fn backward(&self, builder: &mut Builder, node: NodeId, mut dy: TensorId) {
        for input in (1..builder.graph().nodes[node].inputs.len()).rev() {
            if builder.needs_gradient(node, input) {
                let before = builder.kept(node, input - 1);
                let dx = times(builder, node, "dx", dy, before);
                builder.add_gradient(node, input, dx);
            }
            if (0..input).any(|input| builder.needs_gradient(node, input)) {
                let x = builder.input(node, input);
                dy = times(builder, node, "dy", dy, x);
            }
        }
        builder.add_gradient(node, 0, dy);
    }

    fn onnx(&self, exporter: &mut Exporter, node: NodeId) -> Value {
        let inputs = exporter.inputs(node);
        exporter.fold("Mul", &inputs)
    }
}

fn times(builder: &mut Builder, node: NodeId, name: &str, a: TensorId, b: TensorId) -> TensorId {
    let c = builder.scratch_like(node, name, node);
    let parameters = MultiplyParameters { count: builder.count(node) as u32 };
    builder.launch(node, &MULTIPLY, parameters, Variant::Plain, &[Some(a), Some(b), Some(c)]);
    c
}
