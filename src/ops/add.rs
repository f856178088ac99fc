//! The sum of two or more inputs of one shape: where a residual branch meets its shortcut.

use super::{Kind, Op, equal, launch::activated};
use crate::{
    activations::Activation,
    graph::{NodeId, Shape},
    kernels::{
        Variant,
        sum::{SUM, SumParameters},
    },
    onnx::{Exporter, Value},
    plan::{Builder, TensorId},
};

/// y = f(Σ xᵢ)
pub const ADD: Kind = Kind {
    name: "add",
    formula: "y = f(x1 + x2 + ...)",
    keys: "activation",
    read: |table| Ok(Box::new(Add { activation: Activation::read(table)? })),
};

/// y = f(x₁ + x₂ + …), summed from the left.
#[derive(Debug, Default)]
pub struct Add {
    /// f, or none; the last sum applies it.
    pub activation: Option<&'static Activation>,
}

impl Op for Add {
    fn name(&self) -> &'static str {
        ADD.name
    }

    fn keys(&self) -> toml::Table {
        let named = |activation: &Activation| ("activation".to_owned(), activation.name.into());
        toml::Table::from_iter(self.activation.map(named))
    }

    fn shape(&self, inputs: &[&[usize]]) -> Result<Shape, String> {
        equal(inputs)
    }

    fn forward(&self, builder: &mut Builder, node: NodeId) -> TensorId {
        let mut y = builder.input(node, 0);
        let inputs = builder.graph().nodes[node].inputs.len();
        for input in 1..inputs {
            let (x, sum) = (builder.input(node, input), builder.scratch_like(node, "y", node));
            let parameters = SumParameters { count: builder.count(node) as u32 };
            let bindings = [Some(y), Some(x), Some(sum)];
            y = match input + 1 == inputs {
                true => activated(builder, node, &SUM, parameters, &bindings),
                false => {
                    builder.launch(node, &SUM, parameters, Variant::Plain, &bindings);
                    sum
                }
            };
        }
        y
    }

    /// Every input gets dy itself, without a launch.
    fn backward(&self, builder: &mut Builder, node: NodeId, dy: TensorId) {
        for input in 0..builder.graph().nodes[node].inputs.len() {
            builder.add_gradient(node, input, dy);
        }
    }

    fn onnx(&self, exporter: &mut Exporter, node: NodeId) -> Value {
        let inputs = exporter.inputs(node);
        exporter.fold("Add", &inputs)
    }

    fn activation(&self) -> Option<&'static Activation> {
        self.activation
    }

    fn applies_activation(&self) -> bool {
        true
    }
}
