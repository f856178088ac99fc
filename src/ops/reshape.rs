//! The same elements in another shape.

use super::{
    Effect, Kind, Op,
    setting::{Setting, over},
    single,
};
use crate::{
    graph::{NodeId, Shape, elements, show},
    onnx::exporter::{Exporter, Value},
    plan::builder::{Builder, TensorId},
};

/// y = x in another shape
pub const RESHAPE: Kind = Kind {
    name: "reshape",
    formula: "y = x as [shape]",
    keys: "shape",
    read: |table| {
        let shape = table.integers("shape", 1..)?.ok_or_else(|| table.missing("shape"))?;
        Ok(Box::new(Reshape { shape }))
    },
    kernels: &[],
    settings: SETTINGS,
};

/// y = x in another shape: the same tensor, without a launch.
#[derive(Debug)]
pub struct Reshape {
    /// Of an example; the batch does not count.
    pub shape: Shape,
}

impl Op for Reshape {
    fn name(&self) -> &'static str {
        RESHAPE.name
    }

    fn effect(&self) -> Effect {
        Effect::View
    }

    fn keys(&self) -> toml::Table {
        let shape: toml::value::Array = self.shape.iter().map(|&extent| (extent as i64).into()).collect();
        toml::Table::from_iter([("shape".to_owned(), shape.into())])
    }

    fn shape(&self, inputs: &[&[usize]]) -> Result<Shape, String> {
        let input = single(inputs)?;
        let (has, wants) = (elements(input), elements(&self.shape));
        if has != wants {
            let (from, to) = (show(input), show(&self.shape));
            return Err(format!("the input {from} has {has} elements, but shape = {to} has {wants}"));
        }
        Ok(self.shape.clone())
    }

    fn forward(&self, builder: &mut Builder, node: NodeId) -> TensorId {
        builder.input(node, 0)
    }

    fn backward(&self, builder: &mut Builder, node: NodeId, dy: TensorId) {
        builder.add_gradient(node, 0, dy);
    }

    fn onnx(&self, exporter: &mut Exporter) -> Value {
        let x = exporter.input(0);
        exporter.reshape(&x, &self.shape)
    }
}

const SETTINGS: &[Setting] = &[
    over(&[1], "shape = [1, 1]"),
    over(&[6], "shape = [2, 3]"),
    over(&[2, 3], "shape = [3, 2]"),
    over(&[2, 3, 4], "shape = [24]"),
    over(&[24], "shape = [1, 2, 3, 4]"),
    over(&[7], "shape = [7, 1, 1]"),
    over(&[6], "{ op = 'tanh' }, { @, shape = [3, 2] }, { op = 'dense', units = 2 }"),
    over(&[6], "{ op = 'softplus' }, { @, shape = [3, 2] }, { op = 'softmax' }"),
    over(&[12], "{ @, shape = [3, 2, 2] }, { op = 'batch_norm' }"),
    over(&[12], "{ @, shape = [2, 6] }, { op = 'conv1d', filters = 2, kernel = 3 }"),
    over(&[6], "{ @, shape = [3, 2], name = 'a' }, { op = 'multiply', inputs = ['a', 'a'] }"),
    over(&[4, 2], "{ @, shape = [2, 4] }, { @, shape = [8] }, { op = 'dense', units = 3 }"),
];
