//! y = x²/2: what the node means, its launches forward and backward, and what it is elsewhere.

use gradus::{
    graph::{NodeId, Shape},
    kernels::Variant,
    onnx::exporter::{Exporter, Value},
    ops::{Effect, Op, single},
    plan::{Builder, TensorId},
    toml,
};

use super::product::{PRODUCT, ProductParameters};

/// y = x²/2
#[derive(Debug)]
pub struct Quadratic;

impl Op for Quadratic {
    fn name(&self) -> &'static str {
        "quadratic"
    }

    fn effect(&self) -> Effect {
        Effect::Others
    }

    /// It has no settings.
    fn keys(&self) -> toml::Table {
        toml::Table::new()
    }

    fn shape(&self, inputs: &[&[usize]]) -> Result<Shape, String> {
        single(inputs).map(<[usize]>::to_vec)
    }

    fn forward(&self, builder: &mut Builder, node: NodeId) -> TensorId {
        let x = builder.input(node, 0);
        launch(builder, node, "y", 0.5, x, x)
    }

    fn backward(&self, builder: &mut Builder, node: NodeId, dy: TensorId) {
        let x = builder.input(node, 0);
        let dx = launch(builder, node, "dx", 1.0, x, dy);
        builder.add_gradient(node, 0, dx);
    }

    fn onnx(&self, exporter: &mut Exporter) -> Value {
        let x = exporter.input(0);
        let square = exporter.op("Mul", &[&x, &x], vec![]);
        exporter.with("Mul", &square, 0.5)
    }
}

fn launch(builder: &mut Builder, node: NodeId, name: &str, scale: f32, a: TensorId, b: TensorId) -> TensorId {
    let c = builder.scratch_like(node, name, node);
    let parameters = ProductParameters { count: builder.count(node) as u32, scale };
    builder.launch(node, &PRODUCT, parameters, Variant::Plain, &[Some(a), Some(b), Some(c)]);
    c
}
