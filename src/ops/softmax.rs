//! Softmax as a node: probabilities within the network. The categorical loss has its own.

use super::{
    Effect, Kind, Op,
    setting::{Setting, kinked, over},
    single,
};
use crate::{
    graph::{NodeId, Shape, elements},
    kernels::{
        Variant,
        softmax::{BACKWARD, FORWARD, SoftmaxParameters},
    },
    onnx::exporter::{Attribute, Exporter, Value},
    plan::builder::{Builder, TensorId},
};

/// y = softmax(x)
pub const SOFTMAX: Kind = Kind {
    name: "softmax",
    formula: "y = e^x / sum e^x over the first axis",
    keys: "",
    read: |_| Ok(Box::new(Softmax)),
    kernels: &[&FORWARD, &BACKWARD],
    settings: SETTINGS,
};

/// y = e^x / Σ e^x over the first axis: of `[units]` over all, of `[channels, height, width]` over
/// the channels of each pixel.
#[derive(Debug)]
pub struct Softmax;

impl Op for Softmax {
    fn name(&self) -> &'static str {
        SOFTMAX.name
    }

    fn effect(&self) -> Effect {
        Effect::Within([0.0, 1.0])
    }

    fn keys(&self) -> toml::Table {
        toml::Table::new()
    }

    fn shape(&self, inputs: &[&[usize]]) -> Result<Shape, String> {
        single(inputs).map(<[usize]>::to_vec)
    }

    fn forward(&self, builder: &mut Builder, node: NodeId) -> TensorId {
        let parameters = parameters(builder, node);
        let (x, y) = (builder.input(node, 0), builder.scratch_like(node, "y", node));
        builder.launch(node, &FORWARD, parameters, Variant::Plain, &[Some(x), Some(y)]);
        y
    }

    fn backward(&self, builder: &mut Builder, node: NodeId, dy: TensorId) {
        let parameters = parameters(builder, node);
        let (y, dx) = (builder.output(node), builder.scratch_like(node, "dx", node));
        builder.launch(node, &BACKWARD, parameters, Variant::Plain, &[Some(dy), Some(y), Some(dx)]);
        builder.add_gradient(node, 0, dx);
    }

    fn onnx(&self, exporter: &mut Exporter) -> Value {
        let x = exporter.input(0);
        exporter.op("Softmax", &[&x], vec![("axis", Attribute::Integer(1))])
    }
}

fn parameters(builder: &Builder, node: NodeId) -> SoftmaxParameters {
    let shape = &builder.graph().nodes[node].shape;
    let channels = shape.first().copied().unwrap_or(1);
    let positions = elements(shape) / channels.max(1);
    SoftmaxParameters { rows: builder.rows() as u32, channels: channels as u32, positions: positions as u32 }
}

const SETTINGS: &[Setting] = &[
    over(&[1], ""),
    over(&[2], ""),
    over(&[3], ""),
    over(&[10], ""),
    over(&[61], ""),
    over(&[130], ""),
    over(&[3, 5], ""),
    over(&[1, 7], ""),
    over(&[4, 2, 3], ""),
    over(&[2, 1, 2, 3], ""),
    over(&[5], "{ op = 'dense', units = 7, activation = 'tanh' }, { @ }, { op = 'dense', units = 3 }"),
    over(&[4], "{ @, name = 'a' }, { op = 'multiply', inputs = ['a', 'input', 'a'] }"),
    over(&[4], "{ @ }, { @ }"),
    kinked(&[5, 3], ""),
];
