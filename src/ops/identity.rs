//! Nodes that compute nothing: the network's input, and identity.

use super::{
    Effect, Kind, Op,
    setting::{Setting, over},
    single,
};
use crate::{
    graph::{NodeId, Shape},
    onnx::exporter::{Exporter, Value},
    plan::builder::{Builder, TensorId},
};

/// y = x
pub const IDENTITY: Kind = Kind {
    name: "identity",
    formula: "y = x",
    keys: "",
    read: |_| Ok(Box::new(Identity)),
    kernels: &[],
    settings: SETTINGS,
};

/// y = x: its output is its input's tensor, without a launch.
#[derive(Debug)]
pub struct Identity;

impl Op for Identity {
    fn name(&self) -> &'static str {
        IDENTITY.name
    }
    fn effect(&self) -> Effect {
        Effect::View
    }
    fn keys(&self) -> toml::Table {
        toml::Table::new()
    }
    fn shape(&self, inputs: &[&[usize]]) -> Result<Shape, String> {
        single(inputs).map(<[usize]>::to_vec)
    }
    fn forward(&self, builder: &mut Builder, node: NodeId) -> TensorId {
        builder.input(node, 0)
    }
    fn backward(&self, builder: &mut Builder, node: NodeId, dy: TensorId) {
        builder.add_gradient(node, 0, dy);
    }
    fn onnx(&self, exporter: &mut Exporter) -> Value {
        exporter.input(0)
    }
}

/// The network's input: its tensor is the gathered batch.
#[derive(Debug)]
pub struct Input;

impl Op for Input {
    fn name(&self) -> &'static str {
        "input"
    }
    fn effect(&self) -> Effect {
        Effect::Others
    }
    fn keys(&self) -> toml::Table {
        toml::Table::new()
    }
    fn shape(&self, _: &[&[usize]]) -> Result<Shape, String> {
        unreachable!("the data gives the input's shape")
    }
    fn forward(&self, builder: &mut Builder, _: NodeId) -> TensorId {
        builder.gather()
    }
    fn backward(&self, _: &mut Builder, _: NodeId, _: TensorId) {}
    fn onnx(&self, _: &mut Exporter) -> Value {
        unreachable!("the exporter begins with the input")
    }
}

const SETTINGS: &[Setting] = &[
    over(&[1], ""),
    over(&[5], ""),
    over(&[2, 3], ""),
    over(&[2, 3, 4], ""),
    over(&[1, 2, 3, 2], ""),
    over(&[7], "{ @ }, { @ }"),
    over(&[3], "{ op = 'dense', units = 5, activation = 'tanh' }, { @ }, { op = 'dense', units = 2 }"),
    over(&[3], "{ op = 'dense', units = 4, activation = 'silu' }, { @ }, { op = 'dense', units = 2 }"),
    over(&[4], "{ @, name = 'a' }, { op = 'add', inputs = ['a', 'input'] }"),
    over(&[4], "{ op = 'tanh', name = 'a' }, { @, name = 'b' }, { op = 'multiply', inputs = ['a', 'b', 'b'] }"),
    over(&[4], "{ op = 'sigmoid' }, { @ }"),
    over(&[2, 3], "{ @, name = 'a' }, { op = 'concat', axis = 1, inputs = ['a', 'input', 'a'] }"),
];
