//! Layer and group normalisation: each example by itself, the same in training and evaluation.

use super::launch::{activated, through};
use super::{
    Effect, Kind, Op, Parameter,
    setting::{Setting, over},
    single,
};
use crate::{
    activations::Activation,
    config,
    graph::{NodeId, Shape, elements, show},
    initializers,
    kernels::{
        Variant,
        layer_norm::{BACKWARD, FORWARD, GRADIENTS, LayerNormParameters},
    },
    onnx::exporter::{Attribute, Exporter, Value},
    plan::builder::{Builder, TensorId},
};

/// y = f((x − mean) / deviation · weight + bias), over all elements of an example
pub const LAYER_NORM: Kind = Kind {
    name: "layer_norm",
    formula: "y = f((x - mean) / sqrt(var + epsilon) weight + bias), moments of each example",
    keys: "epsilon, affine, activation",
    read: |table| Ok(Box::new(LayerNorm::read(table, None)?)),
    kernels: &[&FORWARD, &GRADIENTS, &BACKWARD],
    settings: LAYER_NORM_SETTINGS,
};

/// y = f((x − mean) / deviation · weight + bias), over groups of channels of an example
pub const GROUP_NORM: Kind = Kind {
    name: "group_norm",
    formula: "y = f((x - mean) / sqrt(var + epsilon) weight + bias), moments of groups of channels",
    keys: "groups, epsilon, affine, activation",
    read: |table| {
        let groups = table.require_integer("groups", 1..)?;
        Ok(Box::new(LayerNorm::read(table, Some(groups))?))
    },
    kernels: &[&FORWARD, &GRADIENTS, &BACKWARD],
    settings: GROUP_NORM_SETTINGS,
};

/// The settings of both: Ba, Kiros and Hinton, "Layer normalization", 2016, with a weight for every
/// element; Wu and He, "Group normalization", 2018, with a weight for every channel.
#[derive(Debug)]
pub struct LayerNorm {
    /// Groups of channels; `None` is layer normalisation.
    pub groups: Option<usize>,
    /// Added to the variance.
    pub epsilon: f64,
    /// Whether weight and bias are there.
    pub affine: bool,
    /// f, or none.
    pub activation: Option<&'static Activation>,
}

impl LayerNorm {
    /// The default settings.
    pub fn new(groups: Option<usize>) -> Self {
        LayerNorm { groups, epsilon: 1e-5, affine: true, activation: None }
    }

    fn read(table: &config::Table, groups: Option<usize>) -> Result<Self, config::Error> {
        Ok(LayerNorm {
            groups,
            epsilon: table.number("epsilon", 1e-30..)?.unwrap_or(1e-5),
            affine: table.boolean("affine")?.unwrap_or(true),
            activation: Activation::read(table)?,
        })
    }

    fn parameters_of(&self, builder: &Builder, node: NodeId) -> LayerNormParameters {
        let shape = builder.graph().input_shapes(node)[0];
        let groups = self.groups.unwrap_or(1);
        LayerNormParameters {
            rows: builder.rows() as u32,
            groups: groups as u32,
            size: (elements(shape) / groups) as u32,
            inner: self.groups.map_or(1, |_| elements(shape) / shape[0]) as u32,
            epsilon: self.epsilon as f32,
        }
    }
}

impl Op for LayerNorm {
    fn name(&self) -> &'static str {
        if self.groups.is_some() { GROUP_NORM.name } else { LAYER_NORM.name }
    }

    fn effect(&self) -> Effect {
        Effect::Others
    }

    fn keys(&self) -> toml::Table {
        let mut keys = toml::Table::new();
        if let Some(groups) = self.groups {
            keys.insert("groups".into(), (groups as i64).into());
        }
        keys.insert("epsilon".into(), self.epsilon.into());
        keys.insert("affine".into(), self.affine.into());
        if let Some(activation) = self.activation {
            keys.insert("activation".into(), activation.name.into());
        }
        keys
    }

    fn shape(&self, inputs: &[&[usize]]) -> Result<Shape, String> {
        let input = single(inputs)?;
        if elements(input) == 0 || input.is_empty() {
            return Err(format!("the input {} has no elements", show(input)));
        }
        match self.groups {
            Some(groups) if !input[0].is_multiple_of(groups) => {
                Err(format!("groups = {groups} does not divide the {} channels of {}", input[0], show(input)))
            }
            _ => Ok(input.to_vec()),
        }
    }

    /// PyTorch's shapes: `LayerNorm` has the example's, `GroupNorm` the channels.
    fn parameters(&self, inputs: &[&[usize]]) -> Vec<Parameter> {
        let shape = if self.groups.is_some() { inputs[0][..1].to_vec() } else { inputs[0].to_vec() };
        let weight = Parameter { name: "weight", shape: shape.clone(), initializer: initializers::ONES };
        let bias = Parameter { name: "bias", shape, initializer: initializers::ZEROS };
        if self.affine { vec![weight, bias] } else { vec![] }
    }

    fn forward(&self, builder: &mut Builder, node: NodeId) -> TensorId {
        let p = self.parameters_of(builder, node);
        let x = builder.input(node, 0);
        let moments = builder.scratch(node, "moments", 2 * (p.rows * p.groups) as usize);
        builder.keep(node, moments);
        let y = builder.scratch_like(node, "y", node);
        let [weight, bias] = [0, 1].map(|which| self.affine.then(|| builder.weight(node, which)));
        let bindings = [Some(x), weight, bias, Some(moments), Some(y)];
        activated(builder, node, &FORWARD, p, &bindings)
    }

    fn backward(&self, builder: &mut Builder, node: NodeId, dy: TensorId) {
        let p = self.parameters_of(builder, node);
        let (x, moments) = (builder.input(node, 0), builder.kept(node, 0));
        if self.affine {
            let [dweight, dbias] = [0, 1].map(|which| builder.weight_gradient(node, which));
            let bindings = [Some(dy), Some(x), Some(moments), Some(dweight), Some(dbias)];
            builder.launch(node, &GRADIENTS, p, Variant::Plain, &bindings);
        }
        let weight = self.affine.then(|| builder.weight(node, 0));
        through(builder, node, &BACKWARD, p, |_| [Some(dy), Some(x), Some(moments), weight]);
    }

    fn onnx(&self, exporter: &mut Exporter) -> Value {
        let (x, shape) = (exporter.input(0), exporter.shapes()[0]);
        let epsilon = ("epsilon", Attribute::Real(self.epsilon as f32));
        let Some(groups) = self.groups else {
            let whole = ("axis", Attribute::Integer(1));
            let [weight, bias] = [("weight", 1.0), ("bias", 0.0)].map(|(name, without)| match self.affine {
                true => exporter.learned(name),
                false => exporter.reals(name, shape, &vec![without; elements(shape)]),
            });
            return exporter.op("LayerNormalization", &[&x, &weight, &bias], vec![whole, epsilon]);
        };
        // A group is an instance with one channel; weights are those of the channels within.
        let apart = exporter.reshape(&x, &[groups, elements(shape) / groups]);
        let [ones, zeros] =
            [("ones", 1.0), ("zeros", 0.0)].map(|(name, v)| exporter.reals(name, &[groups], &vec![v; groups]));
        let y = exporter.op("InstanceNormalization", &[&apart, &ones, &zeros], vec![epsilon]);
        let y = exporter.reshape(&y, shape);
        if !self.affine {
            return y;
        }
        let [weight, bias] = ["weight", "bias"].map(|name| exporter.learned_of_channels(name, shape.len()));
        let y = exporter.op("Mul", &[&y, &weight], vec![]);
        exporter.op("Add", &[&y, &bias], vec![])
    }

    fn activation(&self) -> Option<&'static Activation> {
        self.activation
    }

    fn applies_activation(&self) -> bool {
        true
    }
}

const LAYER_NORM_SETTINGS: &[Setting] = &[
    over(&[1], ""),
    over(&[3], ""),
    over(&[7], "affine = false"),
    over(&[3, 5], "activation = 'relu'"),
    over(&[2, 3, 4], "activation = 'silu'"),
    over(&[3, 2, 1, 2], "epsilon = 0.1, activation = 'tanh'"),
    over(&[61], "epsilon = 0.01"),
    over(&[65], ""),
    over(&[257], "activation = 'gelu'"),
    over(&[2, 67], "affine = false, activation = 'softplus'"),
    over(
        &[6],
        "{ op = 'dense', units = 5, activation = 'tanh' }, { @, activation = 'sigmoid' }, { op = 'dense', units = 3 }",
    ),
    over(
        &[5],
        "{ @, name = 'a' }, { @, name = 'b', inputs = ['input'] }, { op = 'multiply', inputs = ['a', 'b', 'input'] }",
    ),
    over(&[2, 5], "{ op = 'conv1d', filters = 3, kernel = 2 }, { @, activation = 'elu' }"),
];

const GROUP_NORM_SETTINGS: &[Setting] = &[
    over(&[3], "groups = 1"),
    over(&[6], "groups = 2"),
    over(&[4, 3], "groups = 4, affine = false"),
    over(&[4, 5], "groups = 2, activation = 'relu'"),
    over(&[6, 3, 4], "groups = 3, activation = 'silu'"),
    over(&[2, 2, 1, 3], "groups = 1, epsilon = 0.1, activation = 'tanh'"),
    over(&[61], "groups = 1"),
    over(&[2, 67], "groups = 2"),
    over(&[5, 13], "groups = 5, activation = 'gelu'"),
    over(&[12, 3], "groups = 4, epsilon = 0.01, affine = false"),
    over(
        &[6],
        "{ op = 'dense', units = 8, activation = 'tanh' }, { @, groups = 2, activation = 'sigmoid' }, { op = 'dense', units = 3 }",
    ),
    over(
        &[2, 4, 4],
        "{ op = 'conv2d', filters = 4, kernel = 3, bias = false }, { @, groups = 2, activation = 'leaky_relu' }, { op = 'global_avg_pool' }",
    ),
    over(
        &[4, 3],
        "{ @, groups = 2, name = 'a' }, { @, groups = 4, name = 'b', inputs = ['input'] }, { op = 'add', inputs = ['a', 'b', 'input'] }",
    ),
];
