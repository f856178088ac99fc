//! Any shape to one axis.

use super::{
    Effect, Kind, Op,
    setting::{Setting, over},
    single,
};
use crate::{
    graph::{NodeId, Shape, elements},
    onnx::exporter::{Exporter, Value},
    plan::builder::{Builder, TensorId},
};

/// y = x as one axis
pub const FLATTEN: Kind = Kind {
    name: "flatten",
    formula: "y = x as [elements]",
    keys: "",
    read: |_| Ok(Box::new(Flatten)),
    kernels: &[],
    settings: SETTINGS,
};

/// y = x as one axis: the same tensor, without a launch.
#[derive(Debug)]
pub struct Flatten;

impl Op for Flatten {
    fn name(&self) -> &'static str {
        FLATTEN.name
    }
    fn effect(&self) -> Effect {
        Effect::View
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
    fn onnx(&self, exporter: &mut Exporter) -> Value {
        exporter.flat(0)
    }
}

const SETTINGS: &[Setting] = &[
    over(&[1], ""),
    over(&[5], ""),
    over(&[2, 3], ""),
    over(&[2, 3, 4], ""),
    over(&[1, 2, 3, 2], ""),
    over(&[1, 1, 1], ""),
    over(&[2, 3], "{ op = 'tanh' }, { @ }, { op = 'dense', units = 2 }"),
    over(&[2, 3], "{ op = 'gelu' }, { @ }, { op = 'dense', units = 2 }"),
    over(
        &[2, 5],
        "{ op = 'conv1d', filters = 3, kernel = 3, activation = 'sigmoid' }, { @ }, { op = 'dense', units = 3 }",
    ),
    over(
        &[2, 3],
        "{ op = 'tanh', name = 'a' }, { @, name = 'b', inputs = ['a'] }, { @, name = 'c', inputs = ['a'] }, { op = 'multiply', inputs = ['b', 'c'] }",
    ),
    over(&[2, 4], "{ op = 'max_pool1d', kernel = 2 }, { @ }"),
    over(&[3, 2], "{ @ }, { @ }, { op = 'softmax' }"),
];
