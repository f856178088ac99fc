//! Convolutions over one, two or three axes: y = f(w ∗ x + b), with w [filters, channels / groups,
//! kernel…] as PyTorch keeps it. As there, w is not flipped: it is a cross-correlation.

use super::{
    Effect, Kind, Op, Parameter,
    launch::{activated, through},
    setting::{Setting, over},
    single,
    window::{self, Placed, Window},
};
use crate::{
    activations::Activation,
    config,
    graph::{NodeId, Shape, elements},
    initializers::{self, Initializer},
    kernels::{
        Kernel, Variant,
        conv::{self, ConvParameters, ConvSumParameters},
    },
    onnx::exporter::{Attribute, Exporter, Value},
    plan::builder::{Builder, TensorId},
};

pub(super) const KERNELS: &[&Kernel] =
    &[&conv::FORWARD, &conv::BACKWARD_INPUT, &conv::BACKWARD_WEIGHT, &conv::WEIGHT_SUM];

const KEYS: &str = "filters, kernel, stride, padding (same | valid | number | list), dilation, groups, activation, bias, \
                    initializer, bias_initializer";

/// y = f(w ∗ x + b) over [channels, width]
pub const CONV1D: Kind = Kind {
    name: "conv1d",
    formula: "y = f(w * x + b)",
    keys: KEYS,
    read: |table| Ok(Box::new(Conv::read(table, 1)?)),
    kernels: KERNELS,
    settings: CONV1D_SETTINGS,
};

/// y = f(w ∗ x + b) over [channels, height, width]
pub const CONV2D: Kind = Kind {
    name: "conv2d",
    formula: "y = f(w * x + b)",
    keys: KEYS,
    read: |table| Ok(Box::new(Conv::read(table, 2)?)),
    kernels: KERNELS,
    settings: CONV2D_SETTINGS,
};

/// y = f(w ∗ x + b) over [channels, depth, height, width]
pub const CONV3D: Kind = Kind {
    name: "conv3d",
    formula: "y = f(w * x + b)",
    keys: KEYS,
    read: |table| Ok(Box::new(Conv::read(table, 3)?)),
    kernels: KERNELS,
    settings: CONV3D_SETTINGS,
};

/// A convolution's settings.
#[derive(Debug)]
pub struct Conv {
    /// Channels of the output.
    pub filters: usize,
    /// Kernel, stride, dilation and padding; as many axes as it has.
    pub window: Window,
    /// Parts into which the channels are cut; as many as channels make it depthwise.
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

impl Conv {
    /// A layer with the default settings.
    pub fn new(filters: usize, window: Window, activation: Option<&'static Activation>) -> Self {
        let initializer = Activation::initializer(activation);
        let bias_initializer = initializers::ZEROS;
        Conv { filters, window, groups: 1, activation, bias: true, initializer, bias_initializer }
    }

    fn read(table: &config::Table, axes: usize) -> Result<Self, config::Error> {
        let filters = table.require_integer("filters", 1..)?;
        let mut window = Window::read(table, axes, false)?;
        if let Some(dilation) = window::extents(table, "dilation", axes, 1)? {
            window.dilation = dilation;
        }
        let default = Conv::new(filters, window, Activation::read(table)?);
        Ok(Conv {
            groups: table.integer("groups", 1..)?.unwrap_or(1),
            bias: table.boolean("bias")?.unwrap_or(true),
            initializer: initializers::read(table, "initializer")?.unwrap_or(default.initializer),
            bias_initializer: initializers::read(table, "bias_initializer")?.unwrap_or(default.bias_initializer),
            ..default
        })
    }

    fn axes(&self) -> usize {
        self.window.kernel.len()
    }

    fn placed(&self, input: &[usize]) -> Result<(usize, Placed), String> {
        let (channels, extents) = window::picture(input, self.axes())?;
        check_groups(self.groups, channels, self.filters)?;
        Ok((channels, self.window.place(extents)?))
    }

    fn geometry(&self, builder: &Builder, node: NodeId) -> ConvParameters {
        let input = builder.graph().input_shapes(node)[0];
        let (channels, placed) = self.placed(input).expect("the graph checked the shapes");
        geometry(builder.rows(), channels, self.filters, self.groups, &placed)
    }
}

impl Op for Conv {
    fn name(&self) -> &'static str {
        [CONV1D.name, CONV2D.name, CONV3D.name][self.axes().clamp(1, 3) - 1]
    }

    fn effect(&self) -> Effect {
        Effect::Others
    }

    fn keys(&self) -> toml::Table {
        let mut keys = toml::Table::new();
        keys.insert("filters".into(), (self.filters as i64).into());
        self.window.write(&mut keys);
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
        Ok([vec![self.filters], placed.extents(self.axes())].concat())
    }

    fn parameters(&self, inputs: &[&[usize]]) -> Vec<Parameter> {
        let shape = [vec![self.filters, inputs[0][0] / self.groups], self.window.kernel.clone()].concat();
        let initializer = self.bias_initializer.for_bias_of(&shape);
        let bias = Parameter { name: "bias", shape: vec![self.filters], initializer };
        let weight = Parameter { name: "weight", shape, initializer: self.initializer };
        if self.bias { vec![weight, bias] } else { vec![weight] }
    }

    fn forward(&self, builder: &mut Builder, node: NodeId) -> TensorId {
        let parameters = self.geometry(builder, node);
        let x = builder.input(node, 0);
        let z = builder.scratch(node, "y", outputs(&parameters));
        let bias = self.bias.then(|| builder.weight(node, 1));
        let bindings = [Some(x), Some(builder.weight(node, 0)), bias, None, Some(z)];
        activated(builder, node, &conv::FORWARD, parameters, &bindings)
    }

    fn backward(&self, builder: &mut Builder, node: NodeId, dy: TensorId) {
        let parameters = self.geometry(builder, node);
        let x = builder.input(node, 0);
        let (dw, db) = (builder.weight_gradient(node, 0), self.bias.then(|| builder.weight_gradient(node, 1)));
        weight_gradient(builder, node, parameters, Some((x, dw)), dy, db);
        let weight = Some(builder.weight(node, 0));
        through(builder, node, &conv::BACKWARD_INPUT, parameters, |v| [Some(dy), weight, None, v]);
    }

    fn onnx(&self, exporter: &mut Exporter) -> Value {
        let (_, placed) = self.placed(exporter.shapes()[0]).expect("the graph checked the shapes");
        let mut attributes = self.window.onnx(&placed);
        attributes.push(("dilations", Attribute::list(&self.window.dilation)));
        attributes.push(("group", Attribute::Integer(self.groups as i64)));
        let x = exporter.input(0);
        exporter.weighted("Conv", &x, self.bias, attributes)
    }

    fn activation(&self) -> Option<&'static Activation> {
        self.activation
    }

    fn applies_activation(&self) -> bool {
        true
    }

    fn multiply_adds(&self, inputs: &[&[usize]]) -> u64 {
        let Ok((channels, placed)) = self.placed(inputs[0]) else { return 0 };
        let positions = elements(&placed.extents(self.axes())) as u64;
        positions * (self.filters * channels / self.groups * elements(&self.window.kernel)) as u64
    }
}

/// Checks that both kinds of channels can be cut into groups.
///
/// # Errors
/// They cannot, with the numbers.
pub fn check_groups(groups: usize, channels: usize, filters: usize) -> Result<(), String> {
    match channels.is_multiple_of(groups) && filters.is_multiple_of(groups) {
        true => Ok(()),
        false => Err(format!(
            "groups = {groups} must divide both the {channels} channels of the input and the {filters} filters"
        )),
    }
}

/// The kernels' parameters.
pub fn geometry(batch: usize, channels: usize, filters: usize, groups: usize, placed: &Placed) -> ConvParameters {
    let Placed { input, output, kernel, stride, dilation, pad } = *placed;
    let lines = batch * (output[0] * output[1]) as usize;
    let weights = filters * channels / groups * kernel.iter().product::<u32>() as usize;
    ConvParameters {
        batch: batch as u32,
        channels: channels as u32,
        filters: filters as u32,
        groups: groups as u32,
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
        dilation_d: dilation[0],
        dilation_h: dilation[1],
        dilation_w: dilation[2],
        pad_d: pad[0],
        pad_h: pad[1],
        pad_w: pad[2],
        chunks: conv::chunks(lines, output[2] as usize, weights) as u32,
    }
}

/// Elements of x.
pub fn inputs(p: &ConvParameters) -> usize {
    [p.batch, p.channels, p.in_d, p.in_h, p.in_w].iter().map(|&extent| extent as usize).product()
}

/// Elements of y.
pub fn outputs(p: &ConvParameters) -> usize {
    [p.batch, p.filters, p.out_d, p.out_h, p.out_w].iter().map(|&extent| extent as usize).product()
}

/// The launches that write dw, from x, and db, either of which may be left out.
pub fn weight_gradient(
    builder: &mut Builder,
    node: NodeId,
    p: ConvParameters,
    weights: Option<(TensorId, TensorId)>,
    dy: TensorId,
    db: Option<TensorId>,
) {
    let (x, dw) = weights.unzip();
    let terms = [p.channels / p.groups, p.kernel_d, p.kernel_h, p.kernel_w].iter().product::<u32>();
    let sum = ConvSumParameters { chunks: p.chunks, weights: p.filters * terms, filters: p.filters };
    let elements = p.chunks as usize * (sum.weights + sum.filters) as usize;
    let partials = builder.scratch(node, "partials", elements);
    builder.launch(node, &conv::BACKWARD_WEIGHT, p, Variant::Plain, &[x, Some(dy), Some(partials)]);
    builder.launch(node, &conv::WEIGHT_SUM, sum, Variant::Plain, &[Some(partials), dw, db]);
}

const CONV1D_SETTINGS: &[Setting] = &[
    over(&[1, 1], "filters = 1, kernel = 1"),
    over(&[1, 7], "filters = 1, kernel = 7"),
    over(&[2, 9], "filters = 3, kernel = 3, padding = 'same'"),
    over(&[2, 9], "filters = 3, kernel = 4, padding = 'same', stride = 2, activation = 'relu'"),
    over(&[3, 11], "filters = 5, kernel = 2, stride = 3, bias = false"),
    over(&[2, 13], "filters = 2, kernel = 3, dilation = 4, padding = 5, activation = 'tanh'"),
    over(&[4, 8], "filters = 6, kernel = 3, groups = 2, padding = 1"),
    over(&[3, 8], "filters = 3, kernel = 3, groups = 3, stride = 2, activation = 'sigmoid'"),
    over(&[3, 5], "filters = 6, kernel = 5, groups = 3, padding = 4"),
    over(&[1, 67], "filters = 17, kernel = 5, stride = 2"),
    over(&[17, 5], "filters = 2, kernel = 3, activation = 'gelu'"),
    over(&[2, 3], "filters = 2, kernel = 2, stride = 5, padding = 1"),
    over(
        &[2, 8],
        "{ @, filters = 3, kernel = 3, activation = 'tanh' }, { @, filters = 2, kernel = 2, activation = 'silu' }, { op = 'dense', units = 2 }",
    ),
];

const CONV2D_SETTINGS: &[Setting] = &[
    over(&[1, 1, 1], "filters = 1, kernel = 1"),
    over(&[2, 5, 4], "filters = 3, kernel = [3, 2]"),
    over(&[2, 4, 5], "filters = 3, kernel = [3, 4], padding = 'same', activation = 'relu'"),
    over(&[2, 7, 5], "filters = 4, kernel = 3, padding = 'same', stride = 2"),
    over(&[1, 7, 6], "filters = 2, kernel = 2, stride = 3, bias = false, activation = 'sigmoid'"),
    over(&[2, 8, 7], "filters = 3, kernel = [3, 2], stride = [2, 1], dilation = [1, 3], padding = [2, 1]"),
    over(&[4, 5, 5], "filters = 6, kernel = 3, groups = 2, padding = 1, activation = 'tanh'"),
    over(&[3, 5, 4], "filters = 3, kernel = 3, groups = 3, padding = 1"),
    over(&[3, 6, 4], "filters = 6, kernel = [2, 3], groups = 3, stride = 2, padding = 'same'"),
    over(&[3, 4, 3], "filters = 17, kernel = 1"),
    over(&[18, 3, 3], "filters = 5, kernel = 3, padding = 1, activation = 'elu'"),
    over(&[1, 2, 2], "filters = 2, kernel = 5, padding = 3"),
    over(&[1, 11, 13], "filters = 2, kernel = 5, stride = 2, activation = 'silu'"),
    over(
        &[2, 5, 5],
        "{ @, filters = 3, kernel = 3, padding = 1, activation = 'leaky_relu', name = 'a' }, { @, filters = 3, kernel = 1, name = 'b' }, { op = 'add', inputs = ['a', 'b'] }",
    ),
];

const CONV3D_SETTINGS: &[Setting] = &[
    over(&[1, 1, 1, 1], "filters = 1, kernel = 1"),
    over(&[2, 3, 4, 3], "filters = 2, kernel = [2, 3, 2]"),
    over(&[1, 3, 3, 3], "filters = 3, kernel = 3, padding = 'same', activation = 'relu'"),
    over(&[1, 4, 3, 5], "filters = 2, kernel = [2, 2, 3], stride = 2, padding = [1, 0, 1]"),
    over(&[2, 5, 4, 3], "filters = 1, kernel = 2, stride = [3, 1, 2], bias = false"),
    over(&[1, 5, 4, 6], "filters = 2, kernel = 2, dilation = [3, 1, 2], activation = 'tanh'"),
    over(&[4, 2, 3, 2], "filters = 2, kernel = 2, groups = 2, padding = 1"),
    over(&[3, 2, 2, 3], "filters = 3, kernel = [1, 2, 3], groups = 3, padding = 'same', activation = 'sigmoid'"),
    over(&[2, 2, 2, 2], "filters = 4, kernel = 2, groups = 2, padding = 1, stride = 2"),
    over(&[1, 2, 1, 7], "filters = 5, kernel = [2, 1, 3], activation = 'gelu'"),
    over(&[1, 1, 1, 2], "filters = 2, kernel = 3, padding = 2, stride = 2"),
    over(
        &[2, 3, 3, 3],
        "{ @, filters = 2, kernel = 2, activation = 'tanh' }, { @, filters = 2, kernel = 2 }, { op = 'dense', units = 2 }",
    ),
];
