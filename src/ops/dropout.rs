//! Dropout: in training every element is dropped with a probability, in evaluation none is.

use super::{
    Effect, Kind, Op,
    setting::{Setting, over},
    single,
};
use crate::{
    config,
    graph::{NodeId, Shape},
    kernels::{
        Variant,
        dropout::{DROPOUT, DropoutParameters},
    },
    onnx::exporter::{Exporter, Value},
    plan::builder::{Builder, TensorId},
    random::Purpose,
};

/// y = x / (1 − rate) with probability 1 − rate, else 0; y = x in evaluation
pub const DROPOUT_NODE: Kind = Kind {
    name: "dropout",
    formula: "y = x / (1 - rate) with probability 1 - rate, else 0; y = x in evaluation",
    keys: "rate",
    read: |table| Ok(Box::new(Dropout::read(table)?)),
    kernels: &[&DROPOUT],
    settings: SETTINGS,
};

/// Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014,
/// scaled in training, so that evaluation needs nothing.
#[derive(Debug)]
pub struct Dropout {
    /// The probability with which an element is dropped.
    pub rate: f64,
}

impl Dropout {
    fn read(table: &config::Table) -> Result<Self, config::Error> {
        Ok(Dropout { rate: table.require_number("rate", 0.0..1.0)? })
    }

    fn launch(&self, builder: &mut Builder, node: NodeId, name: &str, x: TensorId) -> TensorId {
        let parameters = DropoutParameters {
            count: builder.count(node) as u32,
            stream: Purpose::Dropout.stream(node as u32),
            rate: self.rate as f32,
            scale: (1.0 / (1.0 - self.rate)) as f32,
        };
        let y = builder.scratch_like(node, name, node);
        builder.launch(node, &DROPOUT, parameters, Variant::Plain, &[Some(x), Some(y)]);
        y
    }
}

impl Op for Dropout {
    fn name(&self) -> &'static str {
        DROPOUT_NODE.name
    }

    fn effect(&self) -> Effect {
        Effect::Drops
    }

    fn keys(&self) -> toml::Table {
        toml::Table::from_iter([("rate".to_owned(), self.rate.into())])
    }

    fn shape(&self, inputs: &[&[usize]]) -> Result<Shape, String> {
        single(inputs).map(<[usize]>::to_vec)
    }

    fn forward(&self, builder: &mut Builder, node: NodeId) -> TensorId {
        let x = builder.input(node, 0);
        if builder.training() { self.launch(builder, node, "y", x) } else { x }
    }

    /// The same launch over dy: the mask is drawn again.
    fn backward(&self, builder: &mut Builder, node: NodeId, dy: TensorId) {
        if builder.needs_gradient(node, 0) {
            let dx = self.launch(builder, node, "dx", dy);
            builder.add_gradient(node, 0, dx);
        }
    }

    fn onnx(&self, exporter: &mut Exporter) -> Value {
        exporter.input(0)
    }
}

const SETTINGS: &[Setting] = &[
    over(&[1], "rate = 0.5"),
    over(&[7], "rate = 0.0"),
    over(&[31], "rate = 0.1"),
    over(&[64], "rate = 0.25"),
    over(&[257], "rate = 0.9"),
    over(&[3, 5], "rate = 0.5"),
    over(&[2, 3, 4], "rate = 0.33"),
    over(&[1, 2, 3, 2], "rate = 0.7"),
    over(&[6], "{ op = 'dense', units = 5, activation = 'tanh' }, { @, rate = 0.4 }, { op = 'dense', units = 3 }"),
    over(&[6], "{ @, rate = 0.3 }, { @, rate = 0.3 }"),
    over(&[6], "{ @, rate = 0.3, name = 'a' }, { op = 'add', inputs = ['a', 'input', 'a'] }"),
    over(&[9], "{ op = 'silu' }, { @, rate = 0.999 }"),
];
