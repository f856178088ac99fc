//! A fully connected layer: y = f(x Wᵀ + b), with W [out, in] as PyTorch keeps it.

use super::{
    Kind, Op, Parameter,
    launch::{activated, through},
    single,
};
use crate::{
    activations::Activation,
    config,
    graph::{NodeId, Shape, elements, show},
    initializers::{self, Initializer},
    kernels::{
        Variant,
        matmul::{self, MatmulParameters},
    },
    onnx::{Attribute, Exporter, Value},
    plan::{Builder, TensorId},
};

/// y = f(x Wᵀ + b)
pub const DENSE: Kind = Kind {
    name: "dense",
    formula: "y = f(x W' + b)",
    keys: "units, activation, bias, initializer, bias_initializer",
    read: |table| Ok(Box::new(Dense::read(table)?)),
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
        let initializer = initializers::default_for(activation);
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
        let x = builder.input(node, 0);
        let z = builder.scratch(node, "y", builder.rows() * self.units);
        let bias = self.bias.then(|| builder.weight(node, 1));
        let parameters =
            MatmulParameters { m: builder.rows() as u32, n: self.units as u32, k: self.inputs(builder, node) };
        let bindings = [Some(x), Some(builder.weight(node, 0)), bias, Some(z)];
        activated(builder, node, &matmul::NT, parameters, &bindings)
    }

    fn backward(&self, builder: &mut Builder, node: NodeId, dy: TensorId) {
        let (rows, inputs) = (builder.rows() as u32, self.inputs(builder, node));
        let x = builder.input(node, 0);
        let (dw, db) = (builder.weight_gradient(node, 0), self.bias.then(|| builder.weight_gradient(node, 1)));
        let parameters = MatmulParameters { m: self.units as u32, n: inputs, k: rows };
        builder.launch(node, &matmul::TN, parameters, Variant::Plain, &[Some(dy), Some(x), Some(dw), db]);
        let parameters = MatmulParameters { m: rows, n: inputs, k: self.units as u32 };
        let weight = Some(builder.weight(node, 0));
        through(builder, node, &matmul::NN, parameters, |v| [Some(dy), weight, v]);
    }

    fn onnx(&self, exporter: &mut Exporter, node: NodeId) -> Value {
        let x = exporter.flat(node, 0);
        exporter.weighted(node, "Gemm", &x, self.bias, vec![("transB", Attribute::Integer(1))])
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
