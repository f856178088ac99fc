//! The element-wise product of two or more inputs of one shape: gates.

use super::{
    Effect, Kind, Op, equal,
    setting::{Setting, over},
};
use crate::{
    graph::{NodeId, Shape},
    kernels::{
        Variant,
        multiply::{MULTIPLY, MultiplyParameters},
    },
    onnx::exporter::{Exporter, Value},
    plan::builder::{Builder, TensorId},
};

/// y = Π xᵢ
pub const MULTIPLY_NODE: Kind = Kind {
    name: "multiply",
    formula: "y = x1 x2 ...",
    keys: "",
    read: |_| Ok(Box::new(Multiply)),
    kernels: &[&MULTIPLY],
    settings: SETTINGS,
};

/// y = x₁ x₂ …, multiplied from the left.
#[derive(Debug)]
pub struct Multiply;

impl Op for Multiply {
    fn name(&self) -> &'static str {
        MULTIPLY_NODE.name
    }

    fn effect(&self) -> Effect {
        Effect::Others
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

    fn onnx(&self, exporter: &mut Exporter) -> Value {
        let inputs = exporter.inputs();
        exporter.fold("Mul", &inputs)
    }
}

fn times(builder: &mut Builder, node: NodeId, name: &str, a: TensorId, b: TensorId) -> TensorId {
    let c = builder.scratch_like(node, name, node);
    let parameters = MultiplyParameters { count: builder.count(node) as u32 };
    builder.launch(node, &MULTIPLY, parameters, Variant::Plain, &[Some(a), Some(b), Some(c)]);
    c
}

const SETTINGS: &[Setting] = &[
    over(&[1], "inputs = ['input', 'input']"),
    over(&[7], "inputs = ['input', 'input', 'input']"),
    over(&[2, 3], "{ op = 'tanh', name = 'a' }, { @, inputs = ['a', 'input'] }"),
    over(&[2, 3, 4], "{ op = 'tanh', name = 'a' }, { op = 'silu', name = 'b' }, { @, inputs = ['b', 'a', 'input'] }"),
    over(&[2, 1, 3, 2], "{ op = 'sigmoid', name = 'a' }, { @, inputs = ['a', 'a', 'input', 'a'] }"),
    over(
        &[5],
        "{ op = 'dense', units = 4, activation = 'sigmoid', name = 'a' }, { op = 'dense', units = 4, activation = 'tanh', name = 'b', inputs = ['input'] }, { @, inputs = ['a', 'b'] }",
    ),
    over(&[31], "{ @, inputs = ['input', 'input'] }, { op = 'dense', units = 2 }"),
    over(
        &[4],
        "{ op = 'tanh', name = 'a' }, { @, name = 'b', inputs = ['a', 'input'] }, { @, inputs = ['b', 'a', 'b'] }",
    ),
    over(
        &[3, 4],
        "{ op = 'conv1d', filters = 3, kernel = 3, padding = 'same', activation = 'sigmoid', name = 'a' }, { @, inputs = ['a', 'input'] }",
    ),
    over(&[257], "{ op = 'hard_swish', name = 'a' }, { @, inputs = ['input', 'a'] }"),
    over(&[64], "{ op = 'dropout', rate = 0.5, name = 'a' }, { @, inputs = ['a', 'input'] }"),
    over(
        &[6],
        "{ op = 'reshape', shape = [2, 3], name = 'a' }, { op = 'softmax', name = 'b' }, { @, inputs = ['a', 'b'] }",
    ),
];
