//! Batch normalisation of channels, or of the units of a vector.

use super::{
    Effect, Kind, Op, Parameter, Running,
    launch::{activated, through},
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
        batch_norm::{self as kernels, BatchNormParameters},
        batch_norm_gradient,
    },
    onnx::exporter::{Attribute, Exporter, Value},
    plan::builder::{Builder, TensorId},
};

/// y = f((x − mean) / deviation · weight + bias), over batch and positions
pub const BATCH_NORM: Kind = Kind {
    name: "batch_norm",
    formula: "y = f((x - mean) / sqrt(var + epsilon) weight + bias), moments of each channel over the batch",
    keys: "epsilon, momentum, dialect, affine, activation",
    read: |table| Ok(Box::new(BatchNorm::read(table)?)),
    kernels: &[
        &kernels::MOMENTS,
        &kernels::COMBINE,
        &kernels::RUNNING,
        &kernels::FORWARD,
        &batch_norm_gradient::SUMS,
        &batch_norm_gradient::GRADIENTS,
        &batch_norm_gradient::BACKWARD,
    ],
    settings: SETTINGS,
};

/// Whose conventions hold for momentum, ε and the running variance.
const DIALECTS: &[&str] = &["pytorch", "keras"];

/// Batch normalisation's settings: Ioffe and Szegedy, "Batch normalization", 2015. A training step
/// normalises with the batch's own mean and (biased) variance, an evaluation with the running ones.
#[derive(Debug)]
pub struct BatchNorm {
    /// Added to the variance.
    pub epsilon: f64,
    /// As the dialect means it: PyTorch's is the share of the new in the running figures, 0.1;
    /// Keras's is the share of the old, 0.99.
    pub momentum: f64,
    /// Keras keeps the biased variance, PyTorch that of a sample.
    pub keras: bool,
    /// Whether weight and bias are there.
    pub affine: bool,
    /// f, or none.
    pub activation: Option<&'static Activation>,
}

impl Default for BatchNorm {
    fn default() -> Self {
        BatchNorm { epsilon: 1e-5, momentum: 0.1, keras: false, affine: true, activation: None }
    }
}

impl BatchNorm {
    fn read(table: &config::Table) -> Result<Self, config::Error> {
        let keras = table.choice("dialect", DIALECTS)? == Some("keras");
        let (epsilon, momentum) = if keras { (1e-3, 0.99) } else { (1e-5, 0.1) };
        Ok(BatchNorm {
            epsilon: table.number("epsilon", 1e-30..)?.unwrap_or(epsilon),
            momentum: table.number("momentum", 0.0..=1.0)?.unwrap_or(momentum),
            keras,
            affine: table.boolean("affine")?.unwrap_or(true),
            activation: Activation::read(table)?,
        })
    }

    /// Slices of about 4096 values: enough for a workgroup, and few channels still fill a GPU.
    fn parameters_of(&self, builder: &Builder, node: NodeId) -> BatchNormParameters {
        let shape = builder.graph().input_shapes(node)[0];
        let positions = elements(shape) / shape[0];
        BatchNormParameters {
            rows: builder.rows() as u32,
            channels: shape[0] as u32,
            positions: positions as u32,
            slices: (builder.rows() * positions).div_ceil(4096).clamp(1, 1024) as u32,
            epsilon: self.epsilon as f32,
            momentum: if self.keras { 1.0 - self.momentum } else { self.momentum } as f32,
            unbiased: u32::from(!self.keras),
        }
    }
}

impl Op for BatchNorm {
    fn name(&self) -> &'static str {
        BATCH_NORM.name
    }

    fn effect(&self) -> Effect {
        Effect::Others
    }

    fn keys(&self) -> toml::Table {
        let mut keys = toml::Table::new();
        keys.insert("epsilon".into(), self.epsilon.into());
        keys.insert("momentum".into(), self.momentum.into());
        keys.insert("dialect".into(), DIALECTS[usize::from(self.keras)].into());
        keys.insert("affine".into(), self.affine.into());
        if let Some(activation) = self.activation {
            keys.insert("activation".into(), activation.name.into());
        }
        keys
    }

    fn shape(&self, inputs: &[&[usize]]) -> Result<Shape, String> {
        let input = single(inputs)?;
        if elements(input) == 0 || input.is_empty() {
            return Err(format!("the input {} has no channels", show(input)));
        }
        Ok(input.to_vec())
    }

    fn parameters(&self, inputs: &[&[usize]]) -> Vec<Parameter> {
        let shape = vec![inputs[0][0]];
        let weight = Parameter { name: "weight", shape: shape.clone(), initializer: initializers::ONES };
        let bias = Parameter { name: "bias", shape, initializer: initializers::ZEROS };
        if self.affine { vec![weight, bias] } else { vec![] }
    }

    fn running(&self, inputs: &[&[usize]]) -> Vec<Running> {
        let running = |name, initial| Running { name, shape: vec![inputs[0][0]], initial };
        vec![running("running_mean", 0.0), running("running_var", 1.0)]
    }

    fn check_rows(&self, inputs: &[&[usize]], rows: usize) -> Result<(), String> {
        if rows * elements(inputs[0]) / inputs[0][0] > 1 {
            return Ok(());
        }
        let input = show(inputs[0]);
        Err(format!(
            "a batch of 1 of {input} gives every channel one value, which has no variance: take a larger train.batch_size"
        ))
    }

    fn forward(&self, builder: &mut Builder, node: NodeId) -> TensorId {
        let p = self.parameters_of(builder, node);
        let x = builder.input(node, 0);
        let moments = builder.scratch(node, "moments", 2 * p.channels as usize);
        let (mean, variance) = (builder.running(node, 0), builder.running(node, 1));
        if builder.training() {
            let parts = builder.scratch(node, "parts", 2 * (p.channels * p.slices) as usize);
            builder.launch(node, &kernels::MOMENTS, p, Variant::Plain, &[Some(x), Some(parts)]);
            let bindings = [Some(parts), Some(moments), Some(mean), Some(variance)];
            builder.launch(node, &kernels::COMBINE, p, Variant::Plain, &bindings);
        } else {
            let bindings = [Some(mean), Some(variance), Some(moments)];
            builder.launch(node, &kernels::RUNNING, p, Variant::Plain, &bindings);
        }
        builder.keep(node, moments);
        let y = builder.scratch_like(node, "y", node);
        let [weight, bias] = [0, 1].map(|which| self.affine.then(|| builder.weight(node, which)));
        let bindings = [Some(x), Some(moments), weight, bias, Some(y)];
        activated(builder, node, &kernels::FORWARD, p, &bindings)
    }

    fn backward(&self, builder: &mut Builder, node: NodeId, dy: TensorId) {
        let p = self.parameters_of(builder, node);
        let (x, moments) = (builder.input(node, 0), builder.kept(node, 0));
        let channels = p.channels as usize;
        let parts = builder.scratch(node, "parts", 2 * (p.channels * p.slices) as usize);
        let bindings = [Some(dy), Some(x), Some(moments), Some(parts)];
        builder.launch(node, &batch_norm_gradient::SUMS, p, Variant::Plain, &bindings);
        let [dweight, dbias] = [(0, "dweight"), (1, "dbias")].map(|(which, name)| match self.affine {
            true => builder.weight_gradient(node, which),
            false => builder.scratch(node, name, channels),
        });
        let bindings = [Some(parts), Some(dweight), Some(dbias)];
        builder.launch(node, &batch_norm_gradient::GRADIENTS, p, Variant::Plain, &bindings);
        let weight = self.affine.then(|| builder.weight(node, 0));
        let bindings = [Some(dy), Some(x), Some(moments), weight, Some(dweight), Some(dbias)];
        through(builder, node, &batch_norm_gradient::BACKWARD, p, |_| bindings);
    }

    fn onnx(&self, exporter: &mut Exporter) -> Value {
        let (x, channels) = (exporter.input(0), exporter.shapes()[0][0]);
        let [weight, bias] = [("weight", 1.0), ("bias", 0.0)].map(|(name, without)| match self.affine {
            true => exporter.learned(name),
            false => exporter.reals(name, &[channels], &vec![without; channels]),
        });
        let [mean, variance] = ["running_mean", "running_var"].map(|name| exporter.learned(name));
        let epsilon = Attribute::Real(self.epsilon as f32);
        exporter.op("BatchNormalization", &[&x, &weight, &bias, &mean, &variance], vec![("epsilon", epsilon)])
    }

    fn activation(&self) -> Option<&'static Activation> {
        self.activation
    }

    fn applies_activation(&self) -> bool {
        true
    }
}

/// None of them over another normalisation: it would divide by a deviation that a weight near 0 makes small, and the
/// error would be that weight's.
const SETTINGS: &[Setting] = &[
    over(&[1], ""),
    over(&[7], "affine = false"),
    over(&[3, 5], "activation = 'relu'"),
    over(&[1, 13], "dialect = 'keras'"),
    over(&[2, 3, 4], "activation = 'silu'"),
    over(&[3, 2, 1, 2], "momentum = 0.5, activation = 'tanh'"),
    over(&[61], "epsilon = 0.01"),
    over(&[5, 3], "dialect = 'keras', momentum = 0.5, affine = false"),
    over(&[2, 67], "activation = 'gelu'"),
    over(&[2, 5], "momentum = 1.0"),
    over(
        &[6],
        "{ op = 'dense', units = 5, activation = 'tanh' }, { @, activation = 'sigmoid' }, { op = 'dense', units = 3 }",
    ),
    over(
        &[2, 4, 4],
        "{ op = 'conv2d', filters = 3, kernel = 3, bias = false }, { @, activation = 'leaky_relu' }, { op = 'global_avg_pool' }",
    ),
    over(
        &[3, 4],
        "{ @, name = 'a' }, { @, name = 'b', inputs = ['input'] }, { op = 'add', inputs = ['a', 'b', 'input'], activation = 'elu' }",
    ),
];
