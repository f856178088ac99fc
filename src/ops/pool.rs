//! Poolings over one, two or three axes, and over whole pictures.

use super::{
    Effect, Kind, Op,
    setting::{Setting, kinked, over},
    single,
    window::{self, Padding, Placed, Window},
};
use crate::{
    config,
    graph::{NodeId, Shape, show},
    kernels::{
        Kernel, Variant,
        pool::{self, PoolParameters},
    },
    onnx::exporter::{Attribute, Exporter, Value},
    plan::builder::{Builder, TensorId},
};

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal, $measure:ident, $axes:literal, $settings:ident, $formula:literal;)*) => {
        $(
            $(#[$doc])*
            pub const $kind: Kind = Kind {
                name: $name,
                formula: $formula,
                keys: Measure::$measure.keys(),
                read: |table| Ok(Box::new(Pool::read(table, Measure::$measure, $axes)?)),
                kernels: Measure::$measure.kernels(),
                settings: $settings,
            };
        )*
    };
}

kinds! {
    /// The maximum of every window over [channels, width]
    MAX_POOL1D = "max_pool1d", Max, 1, POOL1D_SETTINGS, "y[o] = max x[i] over the window of o";
    /// The maximum of every window over [channels, height, width]
    MAX_POOL2D = "max_pool2d", Max, 2, POOL2D_SETTINGS, "y[o] = max x[i] over the window of o";
    /// The maximum of every window over [channels, depth, height, width]
    MAX_POOL3D = "max_pool3d", Max, 3, POOL3D_SETTINGS, "y[o] = max x[i] over the window of o";
    /// The mean of every window over [channels, width]
    AVG_POOL1D = "avg_pool1d", Average, 1, POOL1D_SETTINGS, "y[o] = mean x[i] over the window of o";
    /// The mean of every window over [channels, height, width]
    AVG_POOL2D = "avg_pool2d", Average, 2, POOL2D_SETTINGS, "y[o] = mean x[i] over the window of o";
    /// The mean of every window over [channels, depth, height, width]
    AVG_POOL3D = "avg_pool3d", Average, 3, POOL3D_SETTINGS, "y[o] = mean x[i] over the window of o";
}

/// The mean of every channel: [channels, …] becomes [channels]
pub const GLOBAL_AVG_POOL: Kind = Kind {
    name: "global_avg_pool",
    formula: "y[c] = mean x[c, ...]",
    keys: "",
    read: |_| Ok(Box::new(Pool { measure: Measure::Average, window: None, count_padding: true })),
    kernels: Measure::Average.kernels(),
    settings: GLOBAL_AVG_POOL_SETTINGS,
};

/// What is taken of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Its maximum.
    Max,
    /// Its mean.
    Average,
}

impl Measure {
    const fn kernels(self) -> &'static [&'static Kernel] {
        match self {
            Measure::Max => &[&pool::MAX_FORWARD, &pool::MAX_BACKWARD],
            Measure::Average => &[&pool::AVERAGE_FORWARD, &pool::AVERAGE_BACKWARD],
        }
    }

    const fn keys(self) -> &'static str {
        match self {
            Measure::Max => "kernel, stride (the kernel's where left out), padding (same | valid | number | list)",
            Measure::Average => {
                "kernel, stride (the kernel's where left out), padding (same | valid | number | list), count_padding \
                 (whether the padding's zeros are in the mean: not with `same`, as in Keras, else they are, as in PyTorch)"
            }
        }
    }
}

/// A pooling's settings.
#[derive(Debug)]
pub struct Pool {
    /// What is taken of a window.
    pub measure: Measure,
    /// The window; `None` is the whole picture.
    pub window: Option<Window>,
    /// Whether a mean counts the padding's zeros.
    pub count_padding: bool,
}

impl Pool {
    fn read(table: &config::Table, measure: Measure, axes: usize) -> Result<Self, config::Error> {
        let window = Window::read(table, axes, true)?;
        // "same" is Keras's word, whose mean is over what is there; a number is PyTorch's `padding`, with its
        // `count_include_pad`.
        let count_padding = match measure {
            Measure::Max => false,
            Measure::Average => table.boolean("count_padding")?.unwrap_or(window.padding != Padding::Same),
        };
        Ok(Pool { measure, window: Some(window), count_padding })
    }

    fn placed(&self, input: &[usize]) -> Result<(usize, Placed), String> {
        let Some(window) = &self.window else {
            let axes = input.len().clamp(2, 4) - 1;
            let (channels, extents) = window::picture(input, axes)?;
            return Ok((channels, Window::new(extents).place(extents)?));
        };
        let (channels, extents) = window::picture(input, window.kernel.len())?;
        if let Padding::Explicit(padding) = &window.padding
            && padding.iter().zip(&window.kernel).any(|(padding, kernel)| 2 * padding > *kernel)
        {
            let (padding, kernel) = (show(padding), show(&window.kernel));
            return Err(format!("the padding {padding} is more than half of the kernel {kernel}"));
        }
        let taps: usize = window.kernel.iter().product();
        if self.measure == Measure::Max && taps > 1 << 24 {
            // The backward pass numbers them in f32.
            return Err(format!("a window of {taps} pixels is larger than the {} that a maximum may have", 1 << 24));
        }
        Ok((channels, window.place(extents)?))
    }

    fn geometry(&self, builder: &Builder, node: NodeId) -> PoolParameters {
        let input = builder.graph().input_shapes(node)[0];
        let (channels, placed) = self.placed(input).expect("the graph checked the shapes");
        let Placed { input, output, kernel, stride, pad, .. } = placed;
        PoolParameters {
            planes: (builder.rows() * channels) as u32,
            in_d: input[0],
            in_h: input[1],
            in_w: input[2],
            out_d: output[0],
            out_h: output[1],
            out_w: output[2],
            kernel_d: kernel[0],
            kernel_h: kernel[1],
            kernel_w: kernel[2],
            stride_d: stride[0],
            stride_h: stride[1],
            stride_w: stride[2],
            pad_d: pad[0],
            pad_h: pad[1],
            pad_w: pad[2],
            count_padding: self.count_padding.into(),
        }
    }
}

impl Op for Pool {
    fn name(&self) -> &'static str {
        let kinds = match self.measure {
            Measure::Max => [&MAX_POOL1D, &MAX_POOL2D, &MAX_POOL3D],
            Measure::Average => [&AVG_POOL1D, &AVG_POOL2D, &AVG_POOL3D],
        };
        self.window.as_ref().map_or(GLOBAL_AVG_POOL.name, |window| kinds[window.kernel.len().clamp(1, 3) - 1].name)
    }

    fn effect(&self) -> Effect {
        Effect::Others
    }

    fn keys(&self) -> toml::Table {
        let mut keys = toml::Table::new();
        let Some(window) = &self.window else { return keys };
        window.write(&mut keys);
        if self.measure == Measure::Average {
            keys.insert("count_padding".into(), self.count_padding.into());
        }
        keys
    }

    fn shape(&self, inputs: &[&[usize]]) -> Result<Shape, String> {
        let (channels, placed) = self.placed(single(inputs)?)?;
        let extents = self.window.as_ref().map_or(vec![], |window| placed.extents(window.kernel.len()));
        Ok([vec![channels], extents].concat())
    }

    fn forward(&self, builder: &mut Builder, node: NodeId) -> TensorId {
        let p = self.geometry(builder, node);
        let x = builder.input(node, 0);
        let y = builder.scratch(node, "y", [p.planes, p.out_d, p.out_h, p.out_w].iter().map(|&n| n as usize).product());
        match self.measure {
            Measure::Average => builder.launch(node, &pool::AVERAGE_FORWARD, p, Variant::Plain, &[Some(x), Some(y)]),
            Measure::Max => {
                let wanted = builder.training() && builder.needs_gradient(node, 0);
                let places = wanted.then(|| builder.scratch_like(node, "places", node));
                places.iter().for_each(|&places| builder.keep(node, places));
                builder.launch(node, &pool::MAX_FORWARD, p, Variant::Plain, &[Some(x), Some(y), places]);
            }
        }
        y
    }

    fn backward(&self, builder: &mut Builder, node: NodeId, dy: TensorId) {
        if !builder.needs_gradient(node, 0) {
            return;
        }
        let p = self.geometry(builder, node);
        let x = builder.input(node, 0);
        // The activation below is cheapest here, where dx is written anyway.
        let below = builder.fusable(node, 0);
        let dx = builder.scratch(node, "dx", [p.planes, p.in_d, p.in_h, p.in_w].iter().map(|&n| n as usize).product());
        let variant = below.map_or(Variant::Plain, Variant::Activation);
        match self.measure {
            Measure::Max => {
                let bindings = [Some(builder.kept(node, 0)), Some(dy), below.map(|_| x), Some(dx)];
                builder.launch(node, &pool::MAX_BACKWARD, p, variant, &bindings);
            }
            Measure::Average => {
                let bindings = [Some(dy), below.map(|_| x), Some(dx)];
                builder.launch(node, &pool::AVERAGE_BACKWARD, p, variant, &bindings);
            }
        }
        match below {
            Some(_) => builder.add_gradient_through(node, 0, dx),
            None => builder.add_gradient(node, 0, dx),
        }
    }

    fn onnx(&self, exporter: &mut Exporter) -> Value {
        let x = exporter.input(0);
        let Some(window) = &self.window else {
            let y = exporter.op("GlobalAveragePool", &[&x], vec![]);
            return exporter.op("Flatten", &[&y], vec![("axis", Attribute::Integer(1))]);
        };
        let (_, placed) = self.placed(exporter.shapes()[0]).expect("the graph checked the shapes");
        let mut attributes = window.onnx(&placed);
        if self.measure == Measure::Max {
            return exporter.op("MaxPool", &[&x], attributes);
        }
        attributes.push(("count_include_pad", Attribute::Integer(self.count_padding.into())));
        exporter.op("AveragePool", &[&x], attributes)
    }
}

const POOL1D_SETTINGS: &[Setting] = &[
    over(&[1, 1], "kernel = 1"),
    over(&[2, 7], "kernel = 7"),
    over(&[2, 9], "kernel = 2"),
    over(&[3, 9], "kernel = 3, stride = 2, padding = 1"),
    over(&[1, 13], "kernel = 4, stride = 1, padding = 2"),
    over(&[2, 11], "kernel = 5, stride = 3, padding = 'same'"),
    over(&[2, 5], "kernel = 2, stride = 5"),
    over(&[5, 3], "kernel = 3, stride = 1, padding = 'same'"),
    over(&[1, 67], "kernel = 3"),
    over(&[17, 4], "kernel = 2, stride = 1"),
    over(&[2, 8], "{ op = 'tanh' }, { @, kernel = 3, stride = 1 }, { op = 'dense', units = 2 }"),
    over(
        &[2, 8],
        "{ op = 'gelu', name = 'a' }, { @, kernel = 2, name = 'b' }, { @, kernel = 2, name = 'c', inputs = ['a'] }, { op = 'multiply', inputs = ['b', 'c'] }",
    ),
    kinked(&[2, 13], "kernel = 3, stride = 1, padding = 1"),
    kinked(&[3, 8], "{ op = 'relu' }, { @, kernel = 4, stride = 2 }"),
];

const POOL2D_SETTINGS: &[Setting] = &[
    over(&[1, 1, 1], "kernel = 1"),
    over(&[2, 4, 6], "kernel = 2"),
    over(&[2, 5, 4], "kernel = [3, 2], stride = 1, padding = 1"),
    over(&[1, 7, 5], "kernel = 3, stride = 2, padding = 'same'"),
    over(&[1, 5, 7], "kernel = [2, 1], stride = 3"),
    over(&[3, 3, 3], "kernel = 3"),
    over(&[2, 6, 5], "kernel = [1, 4], stride = [2, 1], padding = [0, 2]"),
    over(&[2, 3, 2], "kernel = 2, stride = 1, padding = 'same'"),
    over(&[1, 13, 11], "kernel = 5, stride = 4, padding = 2"),
    over(&[7, 2, 3], "kernel = 2, stride = 1"),
    over(&[2, 4, 4], "{ op = 'sigmoid' }, { @, kernel = 2, stride = 1 }, { op = 'silu' }"),
    over(
        &[1, 6, 6],
        "{ op = 'conv2d', filters = 3, kernel = 3, padding = 1, activation = 'relu' }, { @, kernel = 2 }, { op = 'dense', units = 2 }",
    ),
    kinked(&[2, 5, 7], "kernel = 3, stride = 1, padding = 1"),
    kinked(&[2, 4, 6], "{ op = 'relu' }, { @, kernel = 2 }"),
];

const POOL3D_SETTINGS: &[Setting] = &[
    over(&[1, 1, 1, 1], "kernel = 1"),
    over(&[2, 4, 2, 4], "kernel = 2"),
    over(&[1, 3, 4, 5], "kernel = [2, 3, 2], stride = 1, padding = [1, 1, 0]"),
    over(&[1, 3, 4, 5], "kernel = 2, stride = 2, padding = 'same'"),
    over(&[2, 3, 2, 3], "kernel = [3, 1, 2], stride = 1"),
    over(&[3, 2, 2, 2], "kernel = 2"),
    over(&[1, 5, 1, 3], "kernel = [2, 1, 3], stride = [3, 1, 1]"),
    over(&[2, 2, 3, 2], "kernel = 2, stride = 1, padding = 'same'"),
    over(&[1, 4, 5, 3], "kernel = 3, stride = 2, padding = 1"),
    over(&[7, 1, 2, 2], "kernel = [1, 2, 2]"),
    over(&[2, 3, 3, 3], "{ op = 'tanh' }, { @, kernel = 2, stride = 1 }, { op = 'dense', units = 2 }"),
    over(&[1, 3, 3, 3], "{ @, kernel = 2, stride = 1 }, { @, kernel = 2 }"),
    kinked(&[1, 3, 4, 3], "kernel = 2, stride = 1, padding = 1"),
    kinked(&[2, 2, 3, 4], "{ op = 'relu' }, { @, kernel = [1, 3, 2], stride = 1 }"),
];

const GLOBAL_AVG_POOL_SETTINGS: &[Setting] = &[
    over(&[1, 1], ""),
    over(&[3, 5], ""),
    over(&[3, 67], ""),
    over(&[1, 257], ""),
    over(&[3, 2, 4], ""),
    over(&[5, 7, 3], ""),
    over(&[1, 1, 13], ""),
    over(&[2, 2, 3, 2], ""),
    over(&[4, 1, 1, 1], ""),
    over(&[2, 3, 3], "{ op = 'tanh' }, { @ }, { op = 'dense', units = 2 }"),
    over(&[2, 3, 3], "{ op = 'gelu' }, { @ }, { op = 'softmax' }"),
    over(&[2, 4, 4], "{ op = 'conv2d', filters = 3, kernel = 3, activation = 'relu' }, { @ }"),
];
