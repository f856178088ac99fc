//! An activation as a node of its own, by the activation's name.

use super::{Effect, Op, single};
use crate::{
    activations::Activation,
    graph::{NodeId, Shape},
    onnx::exporter::{Exporter, Value},
    plan::builder::{Builder, TensorId},
};

/// y = f(x)
#[derive(Debug)]
pub struct Activate {
    /// f
    pub activation: &'static Activation,
}

impl Op for Activate {
    fn name(&self) -> &'static str {
        self.activation.name
    }
    fn effect(&self) -> Effect {
        Effect::Others
    }
    fn keys(&self) -> toml::Table {
        toml::Table::new()
    }
    fn shape(&self, inputs: &[&[usize]]) -> Result<Shape, String> {
        single(inputs).map(<[usize]>::to_vec)
    }
    fn forward(&self, builder: &mut Builder, node: NodeId) -> TensorId {
        let x = builder.input(node, 0);
        builder.activate(node, self.activation, x)
    }
    /// The builder multiplied by f′ already.
    fn backward(&self, builder: &mut Builder, node: NodeId, dy: TensorId) {
        builder.add_gradient(node, 0, dy);
    }
    /// The exporter applies f.
    fn onnx(&self, exporter: &mut Exporter) -> Value {
        exporter.input(0)
    }
    fn activation(&self) -> Option<&'static Activation> {
        Some(self.activation)
    }
    fn is_activation(&self) -> bool {
        true
    }
}
