//! A shortcut without parameters, for residual blocks that shrink the picture and add channels.

use super::{
    Effect, Kind, Op,
    setting::{Setting, over},
    single,
};
use crate::{
    graph::{NodeId, Shape, show},
    kernels::{
        Variant,
        shortcut::{BACKWARD, FORWARD, ShortcutParameters},
    },
    onnx::exporter::{Exporter, Value},
    plan::builder::{Builder, TensorId},
};

/// y = every stride-th position of x, with channels of zeros
pub const SHORTCUT: Kind = Kind {
    name: "shortcut_pad",
    formula: "y = x[:, ::stride, ::stride] and channels of zeros",
    keys: "stride, channels",
    read: |table| {
        let stride = table.integer("stride", 1..)?.unwrap_or(1);
        Ok(Box::new(Shortcut { stride, channels: table.require_integer("channels", 1..)? }))
    },
    kernels: &[&FORWARD, &BACKWARD],
    settings: SETTINGS,
};

/// Every stride-th position of x, and zeros for the channels that x has not, half of them in
/// front: option A of He et al., "Deep residual learning for image recognition", 2015, section 4.2.
#[derive(Debug)]
pub struct Shortcut {
    /// Along every axis but the channels.
    pub stride: usize,
    /// Of the output; at least those of the input.
    pub channels: usize,
}

impl Op for Shortcut {
    fn name(&self) -> &'static str {
        SHORTCUT.name
    }

    fn effect(&self) -> Effect {
        Effect::Others
    }

    fn keys(&self) -> toml::Table {
        let key = |name: &str, value: usize| (name.to_owned(), (value as i64).into());
        toml::Table::from_iter([key("stride", self.stride), key("channels", self.channels)])
    }

    fn shape(&self, inputs: &[&[usize]]) -> Result<Shape, String> {
        let input = single(inputs)?;
        match input {
            [channels, extents @ ..] if extents.len() <= 3 && *channels <= self.channels && self.stride > 0 => {
                let extents = extents.iter().map(|extent| extent.div_ceil(self.stride));
                Ok([self.channels].into_iter().chain(extents).collect())
            }
            _ => Err(format!(
                "takes [channels, …] with at most {} channels and three axes more, but is given {}",
                self.channels,
                show(input)
            )),
        }
    }

    fn forward(&self, builder: &mut Builder, node: NodeId) -> TensorId {
        let (x, y) = (builder.input(node, 0), builder.scratch_like(node, "y", node));
        let parameters = self.parameters_of(builder, node);
        builder.launch(node, &FORWARD, parameters, Variant::Plain, &[Some(x), Some(y)]);
        y
    }

    fn backward(&self, builder: &mut Builder, node: NodeId, dy: TensorId) {
        if builder.needs_gradient(node, 0) {
            let below = builder.graph().nodes[node].inputs[0];
            let dx = builder.scratch_like(node, "dx", below);
            let parameters = self.parameters_of(builder, node);
            builder.launch(node, &BACKWARD, parameters, Variant::Plain, &[Some(dy), Some(dx)]);
            builder.add_gradient(node, 0, dx);
        }
    }

    fn onnx(&self, exporter: &mut Exporter) -> Value {
        let (mut x, shape) = (exporter.input(0), exporter.shapes()[0]);
        let axes: Vec<i64> = (2..=shape.len() as i64).collect();
        if self.stride > 1 && !axes.is_empty() {
            let list = |value: i64| vec![value; axes.len()];
            let starts = exporter.integers("starts", &list(0));
            let ends = exporter.integers("ends", &list(i64::MAX));
            let steps = exporter.integers("steps", &list(self.stride as i64));
            let axes = exporter.integers("axes", &axes);
            x = exporter.op("Slice", &[&x, &starts, &ends, &axes, &steps], vec![]);
        }
        let more = self.channels - shape[0];
        if more == 0 {
            return x;
        }
        let mut pads = vec![0; 2 * (shape.len() + 1)];
        (pads[1], pads[shape.len() + 2]) = ((more / 2) as i64, (more - more / 2) as i64);
        let pads = exporter.integers("pads", &pads);
        exporter.op("Pad", &[&x, &pads], vec![])
    }
}

impl Shortcut {
    fn parameters_of(&self, builder: &Builder, node: NodeId) -> ShortcutParameters {
        let shape = builder.graph().input_shapes(node)[0];
        let extent = |from_the_end: usize| match shape.len() > from_the_end + 1 {
            true => shape[shape.len() - 1 - from_the_end] as u32,
            false => 1,
        };
        ShortcutParameters {
            rows: builder.rows() as u32,
            channels: shape[0] as u32,
            depth: extent(2),
            height: extent(1),
            width: extent(0),
            stride: self.stride as u32,
            outputs: self.channels as u32,
            before: ((self.channels - shape[0]) / 2) as u32,
        }
    }
}

const SETTINGS: &[Setting] = &[
    over(&[1], "channels = 1"),
    over(&[3], "channels = 7"),
    over(&[2, 5], "channels = 5, stride = 2"),
    over(&[2, 5], "channels = 2, stride = 3"),
    over(&[2, 5, 4], "channels = 5, stride = 2"),
    over(&[1, 7, 7], "channels = 4, stride = 3"),
    over(&[3, 4, 4], "channels = 3, stride = 4"),
    over(&[2, 3, 5, 4], "channels = 3, stride = 2"),
    over(&[2, 3, 3, 3], "channels = 8"),
    over(&[1, 3, 3], "channels = 2, stride = 5"),
    over(&[2, 4, 6], "{ op = 'tanh' }, { @, channels = 4, stride = 2 }, { op = 'dense', units = 2 }"),
    over(
        &[2, 4, 4],
        "{ op = 'conv2d', filters = 4, kernel = 3, stride = 2, padding = 1, name = 'a' }, { @, name = 'b', channels = 4, stride = 2, inputs = ['input'] }, { op = 'add', inputs = ['a', 'b'], activation = 'relu' }",
    ),
];
