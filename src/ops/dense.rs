//! A fully connected layer: y = f(x Wᵀ + b), with W [out, in] as PyTorch keeps it.

use super::{
    Effect, Kind, Op, Parameter,
    launch::{activated, through},
    setting::{Setting, over},
    single,
};
use crate::{
    activations::Activation,
    config,
    graph::{NodeId, Shape, elements, show},
    initializers::{self, Initializer},
    kernels::{
        Kernel, Variant,
        matmul::{self, MatmulParameters},
        matmul_sum::{MATMUL_SUM, MatmulSumParameters},
    },
    onnx::exporter::{Attribute, Exporter, Value},
    plan::builder::{Builder, TensorId},
};

/// y = f(x Wᵀ + b)
pub const DENSE: Kind = Kind {
    name: "dense",
    formula: "y = f(x W' + b)",
    keys: "units, activation, bias, initializer, bias_initializer",
    read: |table| Ok(Box::new(Dense::read(table)?)),
    kernels: &[],
    settings: SETTINGS,
};

/// A fully connected layer's settings.
#[derive(Debug)]
pub struct Dense {
    /// Outputs.
    pub units: usize,
    /// f, or none.
    pub activation: Option<&'static Activation>,
    /// Whether b is there.
    pub bias: bool,
    /// How W begins.
    pub initializer: Initializer,
    /// How b begins.
    pub bias_initializer: Initializer,
}

impl Dense {
    /// A layer with the default settings.
    pub fn new(units: usize, activation: Option<&'static Activation>) -> Self {
        let initializer = Activation::initializer(activation);
        Dense { units, activation, bias: true, initializer, bias_initializer: initializers::ZEROS }
    }

    fn read(table: &config::Table) -> Result<Self, config::Error> {
        let units = table.require_integer("units", 1..)?;
        let activation = Activation::read(table)?;
        let default = Dense::new(units, activation);
        Ok(Dense {
            bias: table.boolean("bias")?.unwrap_or(true),
            initializer: initializers::read(table, "initializer")?.unwrap_or(default.initializer),
            bias_initializer: initializers::read(table, "bias_initializer")?.unwrap_or(default.bias_initializer),
            ..default
        })
    }
}

impl Op for Dense {
    fn name(&self) -> &'static str {
        DENSE.name
    }

    fn effect(&self) -> Effect {
        Effect::Others
    }

    fn keys(&self) -> toml::Table {
        let mut keys = toml::Table::new();
        keys.insert("units".into(), (self.units as i64).into());
        if let Some(activation) = self.activation {
            keys.insert("activation".into(), activation.name.into());
        }
        keys.insert("bias".into(), self.bias.into());
        keys.insert("initializer".into(), self.initializer.to_toml());
        keys.insert("bias_initializer".into(), self.bias_initializer.to_toml());
        keys
    }

    /// Pictures count as their pixels: `flatten` before a dense layer may be left out.
    fn shape(&self, inputs: &[&[usize]]) -> Result<Shape, String> {
        let input = single(inputs)?;
        if elements(input) == 0 {
            return Err(format!("the input {} has no elements", show(input)));
        }
        Ok(vec![self.units])
    }

    fn parameters(&self, inputs: &[&[usize]]) -> Vec<Parameter> {
        let shape = vec![self.units, elements(inputs[0])];
        let initializer = self.bias_initializer.for_bias_of(&shape);
        let bias = Parameter { name: "bias", shape: vec![self.units], initializer };
        let weight = Parameter { name: "weight", shape, initializer: self.initializer };
        if self.bias { vec![weight, bias] } else { vec![weight] }
    }

    fn forward(&self, builder: &mut Builder, node: NodeId) -> TensorId {
        let (x, weight) = (Some(builder.input(node, 0)), Some(builder.weight(node, 0)));
        let bias = self.bias.then(|| builder.weight(node, 1));
        let p = MatmulParameters::of(builder.rows() as u32, self.units as u32, self.inputs(builder, node));
        let parts = parts(builder, node, &matmul::NT, p, |part| [x, weight, None, part]);
        let z = Some(builder.scratch(node, "y", builder.rows() * self.units));
        match parts {
            None => activated(builder, node, &matmul::NT, p, &[x, weight, bias, z]),
            parts => activated(builder, node, &MATMUL_SUM, p.sum(), &[parts, bias, None, z]),
        }
    }

    fn backward(&self, builder: &mut Builder, node: NodeId, dy: TensorId) {
        let (rows, inputs, dy) = (builder.rows() as u32, self.inputs(builder, node), Some(dy));
        let x = Some(builder.input(node, 0));
        let (dw, db) = (builder.weight_gradient(node, 0), self.bias.then(|| builder.weight_gradient(node, 1)));
        let p = MatmulParameters::of(self.units as u32, inputs, rows);
        let sums = db.filter(|_| p.slices > 1).map(|_| builder.scratch(node, "partial sums", p.sums()));
        match parts(builder, node, &matmul::TN, p, |part| [dy, x, part, sums]) {
            None => builder.launch(node, &matmul::TN, p, Variant::Plain, &[dy, x, Some(dw), db]),
            parts => {
                builder.launch(node, &MATMUL_SUM, p.sum(), Variant::Plain, &[parts, None, None, Some(dw)]);
                if db.is_some() {
                    let p = MatmulSumParameters { count: p.m, columns: p.m, slices: p.slices };
                    builder.launch(node, &MATMUL_SUM, p, Variant::Plain, &[sums, None, None, db]);
                }
            }
        }
        if !builder.needs_gradient(node, 0) {
            return;
        }
        let p = MatmulParameters::of(rows, inputs, self.units as u32);
        let weight = Some(builder.weight(node, 0));
        match parts(builder, node, &matmul::NN, p, |part| [dy, weight, None, part]) {
            None => through(builder, node, &matmul::NN, p, |v| [dy, weight, v]),
            parts => through(builder, node, &MATMUL_SUM, p.sum(), |v| [parts, None, v]),
        }
    }

    fn onnx(&self, exporter: &mut Exporter) -> Value {
        let x = exporter.flat(0);
        exporter.weighted("Gemm", &x, self.bias, vec![("transB", Attribute::Integer(1))])
    }

    fn activation(&self) -> Option<&'static Activation> {
        self.activation
    }

    fn applies_activation(&self) -> bool {
        true
    }

    fn multiply_adds(&self, inputs: &[&[usize]]) -> u64 {
        elements(inputs[0]) as u64 * self.units as u64
    }
}

impl Dense {
    fn inputs(&self, builder: &Builder, node: NodeId) -> u32 {
        elements(builder.graph().input_shapes(node)[0]) as u32
    }
}

/// The slices of a product with very many terms, if it is such; nothing is fused to them.
fn parts(
    builder: &mut Builder,
    node: NodeId,
    kernel: &'static Kernel,
    p: MatmulParameters,
    bindings: impl FnOnce(Option<TensorId>) -> [Option<TensorId>; 4],
) -> Option<TensorId> {
    let part = (p.slices > 1).then(|| builder.scratch(node, "partials", p.results()))?;
    builder.launch(node, kernel, p, Variant::Plain, &bindings(Some(part)));
    Some(part)
}

const SETTINGS: &[Setting] = &[
    over(&[1], "units = 1"),
    over(&[1], "units = 7, activation = 'sigmoid'"),
    over(&[7], "units = 1, bias = false"),
    over(&[31], "units = 13, activation = 'relu'"),
    over(&[63], "units = 65"),
    over(&[65], "units = 17, activation = 'gelu'"),
    over(&[257], "units = 3, activation = 'tanh'"),
    over(&[3, 5], "units = 4, activation = 'leaky_relu'"),
    over(&[2, 3, 4], "units = 5, activation = 'softplus', bias = false"),
    over(&[2, 1, 3, 2], "units = 8, activation = 'silu'"),
    over(&[6], "{ @, units = 5, activation = 'elu' }, { @, units = 4, activation = 'selu' }, { @, units = 3 }"),
    over(
        &[4],
        "{ @, units = 4, name = 'a' }, { @, units = 4, name = 'b', activation = 'gelu_tanh' }, { op = 'add', inputs = ['a', 'b', 'input'] }",
    ),
    over(&[5], "{ op = 'hard_swish' }, { @, units = 6, activation = 'hard_swish' }, { @, units = 2 }"),
];
