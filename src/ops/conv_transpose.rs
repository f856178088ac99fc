//! The transposed convolution: its forward pass is a convolution's backward pass to the input, and
//! the other way round. w is [channels, filters / groups, kernel…], as PyTorch keeps it.

use super::{
    Effect, Kind, Op, Parameter, conv,
    launch::{activated, through},
    setting::{Setting, over},
    single,
    window::{self, Padding, Placed, Window},
};
use crate::{
    activations::Activation,
    config,
    graph::{LARGEST, NodeId, Shape, elements, show},
    initializers::{self, Initializer},
    kernels::conv::{self as kernels, ConvParameters},
    onnx::exporter::{Attribute, Exporter, Value},
    plan::builder::{Builder, TensorId},
};

/// y = f(wᵀ ∗ x + b) over [channels, height, width]
pub const CONV_TRANSPOSE2D: Kind = Kind {
    name: "conv_transpose2d",
    formula: "y = f(w' * x + b), y's extent = (x's - 1) stride - 2 padding + dilation (kernel - 1) + 1 + output_padding",
    keys: "filters, kernel, stride, padding (number | list), output_padding, dilation, groups, activation, bias, \
           initializer, bias_initializer",
    read: |table| Ok(Box::new(ConvTranspose::read(table)?)),
    kernels: conv::KERNELS,
    settings: SETTINGS,
};

/// A transposed convolution's settings.
#[derive(Debug)]
pub struct ConvTranspose {
    /// Channels of the output.
    pub filters: usize,
    /// Kernel, stride, dilation and padding, which here is cut off.
    pub window: Window,
    /// Lines more at the output's end: several extents become the same one with a stride.
    pub output_padding: Vec<usize>,
    /// Parts into which the channels are cut.
    pub groups: usize,
    /// f, or none.
    pub activation: Option<&'static Activation>,
    /// Whether b is there.
    pub bias: bool,
    /// How w begins.
    pub initializer: Initializer,
    /// How b begins.
    pub bias_initializer: Initializer,
}

impl ConvTranspose {
    /// A layer with the default settings.
    pub fn new(filters: usize, window: Window, activation: Option<&'static Activation>) -> Self {
        ConvTranspose {
            filters,
            output_padding: vec![0; window.kernel.len()],
            window,
            groups: 1,
            activation,
            bias: true,
            initializer: Activation::initializer(activation),
            bias_initializer: initializers::ZEROS,
        }
    }

    fn read(table: &config::Table) -> Result<Self, config::Error> {
        let filters = table.require_integer("filters", 1..)?;
        let mut window = Window::read(table, 2, false)?;
        if window.padding == Padding::Same {
            let error = table.error("padding", "`same` does not say how long a transposed convolution's output is");
            return Err(error.help("give a number, and output_padding where the stride needs it"));
        }
        if let Some(dilation) = window::extents(table, "dilation", 2, 1)? {
            window.dilation = dilation;
        }
        let default = ConvTranspose::new(filters, window, Activation::read(table)?);
        Ok(ConvTranspose {
            output_padding: window::extents(table, "output_padding", 2, 0)?.unwrap_or(vec![0; 2]),
            groups: table.integer("groups", 1..)?.unwrap_or(1),
            bias: table.boolean("bias")?.unwrap_or(true),
            initializer: initializers::read(table, "initializer")?.unwrap_or(default.initializer),
            bias_initializer: initializers::read(table, "bias_initializer")?.unwrap_or(default.bias_initializer),
            ..default
        })
    }

    /// The convolution that this one transposes: its input is our output.
    fn placed(&self, input: &[usize]) -> Result<(usize, Placed), String> {
        let Window { kernel, stride, dilation, padding } = &self.window;
        let (channels, extents) = window::picture(input, kernel.len())?;
        self.window.check(extents.len())?;
        if self.output_padding.len() != extents.len() {
            return Err(format!("output_padding {} is not one number for each axis", show(&self.output_padding)));
        }
        conv::check_groups(self.groups, channels, self.filters)?;
        let mut output = vec![];
        for (axis, &extent) in extents.iter().enumerate() {
            let pad = if let Padding::Explicit(padding) = padding { padding[axis] } else { 0 };
            let more = self.output_padding[axis];
            if more >= stride[axis].max(dilation[axis]) {
                let limits = (show(&self.output_padding), show(stride), show(dilation));
                let (more, stride, dilation) = limits;
                return Err(format!(
                    "output_padding {more} must be below the stride {stride} or the dilation {dilation}"
                ));
            }
            let full = (extent.max(1) - 1) * stride[axis] + dilation[axis] * (kernel[axis] - 1) + 1 + more;
            output.push(full.saturating_sub(2 * pad));
        }
        if output.iter().any(|&extent| extent > LARGEST) {
            return Err(format!("the output {} is longer than 32 bits count", show(&output)));
        }
        if output.contains(&0) || extents.contains(&0) {
            let padding = if let Padding::Explicit(padding) = padding { &padding[..] } else { &[] };
            let (kernel, input) = (show(kernel), show(extents));
            return Err(format!(
                "the padding {} cuts off all of the output of the kernel {kernel} over the input {input}",
                show(padding)
            ));
        }
        let pad = if let Padding::Explicit(padding) = padding { window::three(padding, 0) } else { [0; 3] };
        let placed = Placed {
            input: window::three(&output, 1),
            output: window::three(extents, 1),
            kernel: window::three(kernel, 1),
            stride: window::three(stride, 1),
            dilation: window::three(dilation, 1),
            pad,
        };
        Ok((channels, placed))
    }

    fn geometry(&self, builder: &Builder, node: NodeId) -> ConvParameters {
        let input = builder.graph().input_shapes(node)[0];
        let (channels, placed) = self.placed(input).expect("the graph checked the shapes");
        conv::geometry(builder.rows(), self.filters, channels, self.groups, &placed)
    }
}

impl Op for ConvTranspose {
    fn name(&self) -> &'static str {
        CONV_TRANSPOSE2D.name
    }

    fn effect(&self) -> Effect {
        Effect::Others
    }

    fn keys(&self) -> toml::Table {
        let mut keys = toml::Table::new();
        keys.insert("filters".into(), (self.filters as i64).into());
        self.window.write(&mut keys);
        keys.insert("output_padding".into(), window::list(&self.output_padding));
        keys.insert("dilation".into(), window::list(&self.window.dilation));
        keys.insert("groups".into(), (self.groups as i64).into());
        if let Some(activation) = self.activation {
            keys.insert("activation".into(), activation.name.into());
        }
        keys.insert("bias".into(), self.bias.into());
        keys.insert("initializer".into(), self.initializer.to_toml());
        keys.insert("bias_initializer".into(), self.bias_initializer.to_toml());
        keys
    }

    fn shape(&self, inputs: &[&[usize]]) -> Result<Shape, String> {
        let (_, placed) = self.placed(single(inputs)?)?;
        let axes = self.window.kernel.len();
        let extents = placed.input[3 - axes..].iter().map(|&extent| extent as usize);
        Ok([self.filters].into_iter().chain(extents).collect())
    }

    fn parameters(&self, inputs: &[&[usize]]) -> Vec<Parameter> {
        let shape = [vec![inputs[0][0], self.filters / self.groups], self.window.kernel.clone()].concat();
        let initializer = self.bias_initializer.for_bias_of(&shape);
        let bias = Parameter { name: "bias", shape: vec![self.filters], initializer };
        let weight = Parameter { name: "weight", shape, initializer: self.initializer };
        if self.bias { vec![weight, bias] } else { vec![weight] }
    }

    fn forward(&self, builder: &mut Builder, node: NodeId) -> TensorId {
        let parameters = self.geometry(builder, node);
        let x = builder.input(node, 0);
        let z = builder.scratch(node, "y", conv::inputs(&parameters));
        let bias = self.bias.then(|| builder.weight(node, 1));
        let bindings = [Some(x), Some(builder.weight(node, 0)), bias, None, Some(z)];
        activated(builder, node, &kernels::BACKWARD_INPUT, parameters, &bindings)
    }

    fn backward(&self, builder: &mut Builder, node: NodeId, dy: TensorId) {
        let parameters = self.geometry(builder, node);
        let x = builder.input(node, 0);
        let dw = builder.weight_gradient(node, 0);
        conv::weight_gradient(builder, node, parameters, Some((dy, dw)), x, None);
        if self.bias {
            // What the kernels take for the input is our output: its sums are a launch of their own.
            let (batch, pixels) = (builder.rows(), Window::new(&[1; 3]).place(&parameters_input(&parameters)));
            let alone = ConvParameters {
                channels: 0,
                groups: 1,
                ..conv::geometry(batch, 1, self.filters, 1, &pixels.expect("one pixel fits"))
            };
            let db = builder.weight_gradient(node, 1);
            conv::weight_gradient(builder, node, alone, None, dy, Some(db));
        }
        let weight = Some(builder.weight(node, 0));
        through(builder, node, &kernels::FORWARD, parameters, |v| [Some(dy), weight, None, v]);
    }

    fn onnx(&self, exporter: &mut Exporter) -> Value {
        let (_, placed) = self.placed(exporter.shapes()[0]).expect("the graph checked the shapes");
        let mut attributes = self.window.onnx(&placed);
        attributes.push(("dilations", Attribute::list(&self.window.dilation)));
        attributes.push(("group", Attribute::Integer(self.groups as i64)));
        attributes.push(("output_padding", Attribute::list(&self.output_padding)));
        let x = exporter.input(0);
        exporter.weighted("ConvTranspose", &x, self.bias, attributes)
    }

    fn activation(&self) -> Option<&'static Activation> {
        self.activation
    }

    fn applies_activation(&self) -> bool {
        true
    }

    fn multiply_adds(&self, inputs: &[&[usize]]) -> u64 {
        (elements(inputs[0]) * self.filters / self.groups * elements(&self.window.kernel)) as u64
    }
}

fn parameters_input(p: &ConvParameters) -> [usize; 3] {
    [p.in_d, p.in_h, p.in_w].map(|extent| extent as usize)
}

const SETTINGS: &[Setting] = &[
    over(&[1, 1, 1], "filters = 1, kernel = 1"),
    over(&[2, 3, 4], "filters = 3, kernel = 3"),
    over(&[2, 3, 4], "filters = 3, kernel = [3, 2], stride = 2, padding = 1, output_padding = 1, activation = 'relu'"),
    over(&[2, 2, 3], "filters = 2, kernel = 4, stride = 2, padding = 1"),
    over(&[3, 2, 2], "filters = 1, kernel = 2, stride = 3, bias = false, activation = 'tanh'"),
    over(&[2, 3, 2], "filters = 2, kernel = [2, 3], dilation = [3, 2], padding = 2"),
    over(&[4, 3, 3], "filters = 6, kernel = 2, groups = 2, stride = [3, 2]"),
    over(&[3, 3, 2], "filters = 3, kernel = 3, groups = 3, padding = 1, activation = 'sigmoid'"),
    over(
        &[4, 3, 3],
        "filters = 4, kernel = [2, 3], stride = [3, 2], groups = 2, dilation = 2, padding = 1, output_padding = [2, 1]",
    ),
    over(&[17, 2, 1], "filters = 2, kernel = 2, activation = 'gelu'"),
    over(&[1, 5, 7], "filters = 5, kernel = 1, stride = 2"),
    over(
        &[2, 3, 3],
        "{ op = 'conv2d', filters = 3, kernel = 2, activation = 'tanh' }, { @, filters = 2, kernel = 2, activation = 'silu' }, { op = 'dense', units = 2 }",
    ),
];
