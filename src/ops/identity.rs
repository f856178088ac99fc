//! Nodes that compute nothing: the network's input, and identity.

use super::{Kind, Op, single};
use crate::{
    graph::{NodeId, Shape},
    onnx::{Exporter, Value},
    plan::{Builder, TensorId},
};

/// y = x
pub const IDENTITY: Kind = Kind { name: "identity", formula: "y = x", keys: "", read: |_| Ok(Box::new(Identity)) };

/// y = x: its output is its input's tensor, without a launch.
#[derive(Debug)]
pub struct Identity;

impl Op for Identity {
    fn name(&self) -> &'static str {
        IDENTITY.name
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
    fn onnx(&self, exporter: &mut Exporter, node: NodeId) -> Value {
        exporter.input(node, 0)
    }
    fn is_view(&self) -> bool {
        true
    }
}

/// The network's input: its tensor is the gathered batch.
#[derive(Debug)]
pub struct Input;

impl Op for Input {
    fn name(&self) -> &'static str {
        "input"
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
    fn onnx(&self, _: &mut Exporter, _: NodeId) -> Value {
        unreachable!("the exporter begins with the input")
    }
}
