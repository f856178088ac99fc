//! The sum of two or more inputs of one shape: where a residual branch meets its shortcut.

use super::{Kind, Op, equal};
use crate::{
    graph::{NodeId, Shape},
    kernels::{
        Variant,
        sum::{SUM, SumParameters},
    },
    plan::{Builder, TensorId},
};

/// y = Σ xᵢ
pub const ADD: Kind = Kind { name: "add", formula: "y = x1 + x2 + ...", keys: "", read: |_| Ok(Box::new(Add)) };

/// y = x₁ + x₂ + …, summed from the left.
#[derive(Debug)]
pub struct Add;

impl Op for Add {
    fn name(&self) -> &'static str {
        ADD.name
    }

    fn keys(&self) -> toml::Table {
        toml::Table::new()
    }

    fn shape(&self, inputs: &[&[usize]]) -> Result<Shape, String> {
        equal(inputs)
    }

    fn forward(&self, builder: &mut Builder, node: NodeId) -> TensorId {
        let mut y = builder.input(node, 0);
        for input in 1..builder.graph().nodes[node].inputs.len() {
            let (x, sum) = (builder.input(node, input), builder.scratch_like(node, "y", node));
            let parameters = SumParameters { count: builder.count(node) as u32 };
            builder.launch(node, &SUM, parameters, Variant::Plain, &[Some(y), Some(x), Some(sum)]);
            y = sum;
        }
        y
    }

    /// Every input gets dy itself, without a launch.
    fn backward(&self, builder: &mut Builder, node: NodeId, dy: TensorId) {
        for input in 0..builder.graph().nodes[node].inputs.len() {
            builder.add_gradient(node, input, dy);
        }
    }
}
