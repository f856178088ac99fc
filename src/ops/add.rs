//! The sum of two or more inputs of one shape: where a residual branch meets its shortcut.

use super::{
    Effect, Kind, Op, equal,
    launch::activated,
    setting::{Setting, over},
};
use crate::{
    activations::Activation,
    graph::{NodeId, Shape},
    kernels::{
        Variant,
        sum::{SUM, SumParameters},
    },
    onnx::exporter::{Exporter, Value},
    plan::builder::{Builder, TensorId},
};

/// y = f(Σ xᵢ)
pub const ADD: Kind = Kind {
    name: "add",
    formula: "y = f(x1 + x2 + ...)",
    keys: "activation",
    read: |table| Ok(Box::new(Add { activation: Activation::read(table)? })),
    kernels: &[],
    settings: SETTINGS,
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

    fn effect(&self) -> Effect {
        Effect::Others
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

    fn onnx(&self, exporter: &mut Exporter) -> Value {
        let inputs = exporter.inputs();
        exporter.fold("Add", &inputs)
    }

    fn activation(&self) -> Option<&'static Activation> {
        self.activation
    }

    fn applies_activation(&self) -> bool {
        true
    }
}

const SETTINGS: &[Setting] = &[
    over(&[1], "inputs = ['input', 'input']"),
    over(&[7], "inputs = ['input', 'input', 'input']"),
    over(&[2, 3], "{ op = 'tanh', name = 'a' }, { @, inputs = ['a', 'input'] }"),
    over(&[2, 3, 4], "{ op = 'tanh', name = 'a' }, { op = 'silu', name = 'b' }, { @, inputs = ['b', 'a', 'input'] }"),
    over(&[2, 1, 3, 2], "{ op = 'sigmoid', name = 'a' }, { @, inputs = ['a', 'a', 'input', 'a'] }"),
    over(&[5], "{ op = 'tanh', name = 'a' }, { @, inputs = ['a', 'input'], activation = 'relu' }"),
    over(&[5], "{ op = 'tanh', name = 'a' }, { @, inputs = ['a', 'input'], activation = 'gelu' }"),
    over(&[31], "{ @, inputs = ['input', 'input'], activation = 'tanh' }, { op = 'dense', units = 2 }"),
    over(
        &[4],
        "{ op = 'dense', units = 4, activation = 'tanh', name = 'a' }, { @, name = 'b', inputs = ['a', 'input'], activation = 'sigmoid' }, { @, inputs = ['b', 'a'], activation = 'elu' }",
    ),
    over(
        &[3, 4],
        "{ op = 'conv1d', filters = 3, kernel = 3, padding = 'same', name = 'a' }, { @, inputs = ['a', 'input'], activation = 'leaky_relu' }",
    ),
    over(&[257], "{ op = 'hard_swish', name = 'a' }, { @, inputs = ['input', 'a'] }"),
    over(&[64], "{ op = 'dropout', rate = 0.5, name = 'a' }, { @, inputs = ['a', 'input'], activation = 'softplus' }"),
    over(
        &[6],
        "{ op = 'reshape', shape = [2, 3], name = 'a' }, { op = 'softmax', name = 'b' }, { @, inputs = ['a', 'b'], activation = 'selu' }",
    ),
];
