//! Any shape to one axis.

use super::{Kind, Op, single};
use crate::{
    graph::{NodeId, Shape, elements},
    onnx::{Exporter, Value},
    plan::{Builder, TensorId},
};

/// y = x as one axis
pub const FLATTEN: Kind =
    Kind { name: "flatten", formula: "y = x as [elements]", keys: "", read: |_| Ok(Box::new(Flatten)) };

/// y = x as one axis: the same tensor, without a launch.
#[derive(Debug)]
pub struct Flatten;

impl Op for Flatten {
    fn name(&self) -> &'static str {
        FLATTEN.name
    }
    fn keys(&self) -> toml::Table {
        toml::Table::new()
    }
    fn shape(&self, inputs: &[&[usize]]) -> Result<Shape, String> {
        Ok(vec![elements(single(inputs)?)])
    }
    fn forward(&self, builder: &mut Builder, node: NodeId) -> TensorId {
        builder.input(node, 0)
    }
    fn backward(&self, builder: &mut Builder, node: NodeId, dy: TensorId) {
        builder.add_gradient(node, 0, dy);
    }
    fn onnx(&self, exporter: &mut Exporter, node: NodeId) -> Value {
        exporter.flat(node, 0)
    }
    fn is_view(&self) -> bool {
        true
    }
}
