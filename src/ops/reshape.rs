//! The same elements in another shape.

use super::{Kind, Op, single};
use crate::{
    graph::{NodeId, Shape, elements, show},
    onnx::{Exporter, Value},
    plan::{Builder, TensorId},
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

    fn onnx(&self, exporter: &mut Exporter, node: NodeId) -> Value {
        let x = exporter.input(node, 0);
        exporter.reshape(&x, &self.shape)
    }

    fn is_view(&self) -> bool {
        true
    }
}
