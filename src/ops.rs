//! WHAT a node means: its shape, its parameters, and the launches of its forward and backward
//! pass. One op, one file; how a launch computes is the kernels' affair.

pub mod activate;
pub mod add;
pub mod batch_norm;
pub mod concat;
pub mod conv;
pub mod conv_transpose;
pub mod dense;
pub mod dropout;
pub mod embedding;
pub mod flatten;
pub mod identity;
mod launch;
pub mod layer_norm;
pub mod multiply;
pub mod pool;
pub mod reshape;
pub mod setting;
pub mod shortcut;
pub mod softmax;
pub mod window;

use crate::{
    activations::{self, Activation},
    config,
    graph::{NodeId, Shape, blocks, show},
    initializers::Initializer,
    kernels::Kernel,
    onnx::exporter::{Exporter, Value},
    plan::builder::{Builder, TensorId},
};
use setting::Setting;

/// An op as configs name it. Every activation is one as well; see [`read`].
pub struct Kind {
    /// The name in configs.
    pub name: &'static str,
    /// What it computes.
    pub formula: &'static str,
    /// Its keys, for the reference.
    pub keys: &'static str,
    /// Reads its keys.
    pub read: fn(&config::Table) -> Result<Box<dyn Op>, config::Error>,
    /// The kernels that only it and its like launch, in the order in which a training step meets them.
    pub kernels: &'static [&'static Kernel],
    /// The networks that prove it.
    pub settings: &'static [Setting],
}

/// Every op but the activations, which are ops by their own names.
pub const ALL: &[Kind] = &[
    identity::IDENTITY,
    conv::CONV1D,
    conv::CONV2D,
    conv::CONV3D,
    conv_transpose::CONV_TRANSPOSE2D,
    pool::MAX_POOL1D,
    pool::MAX_POOL2D,
    pool::MAX_POOL3D,
    pool::AVG_POOL1D,
    pool::AVG_POOL2D,
    pool::AVG_POOL3D,
    pool::GLOBAL_AVG_POOL,
    flatten::FLATTEN,
    reshape::RESHAPE,
    dense::DENSE,
    softmax::SOFTMAX,
    dropout::DROPOUT_NODE,
    batch_norm::BATCH_NORM,
    layer_norm::LAYER_NORM,
    layer_norm::GROUP_NORM,
    embedding::EMBEDDING,
    add::ADD,
    multiply::MULTIPLY_NODE,
    concat::CONCAT,
    shortcut::SHORTCUT,
];

/// What an op makes of the numbers that it is given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Effect {
    /// The same numbers in another shape: its output is its only input's tensor, and its input's gradient that of
    /// its output, so that the derivative of an activation before it passes through.
    View,
    /// The same numbers, those of all its inputs.
    Joins,
    /// The same numbers; in training some of them are dropped.
    Drops,
    /// Others: it takes its inputs for the numbers of words, of which there are so many.
    Words(usize),
    /// Others, never below the one and never above the other.
    Within([f64; 2]),
    /// Any others.
    Others,
}

/// A node's meaning, with its settings.
pub trait Op: std::fmt::Debug + Send + Sync {
    /// The name in configs.
    fn name(&self) -> &'static str;

    /// What it makes of its inputs' numbers, before [`Op::activation`] if there is one.
    fn effect(&self) -> Effect;

    /// Its keys and their values, defaults included.
    fn keys(&self) -> toml::Table;

    /// The output's shape.
    ///
    /// # Errors
    /// What does not fit, with the shapes.
    fn shape(&self, inputs: &[&[usize]]) -> Result<Shape, String>;

    /// What it learns, given its inputs' shapes.
    fn parameters(&self, _inputs: &[&[usize]]) -> Vec<Parameter> {
        vec![]
    }

    /// What it keeps from step to step without learning it by gradients.
    fn running(&self, _inputs: &[&[usize]]) -> Vec<Running> {
        vec![]
    }

    /// Whether it can be trained with batches of this many rows.
    ///
    /// # Errors
    /// Why not.
    fn check_rows(&self, _inputs: &[&[usize]], _rows: usize) -> Result<(), String> {
        Ok(())
    }

    /// Adds the launches of the forward pass and names the output's tensor.
    fn forward(&self, builder: &mut Builder, node: NodeId) -> TensorId;

    /// Adds the launches of the backward pass: `dy` is the loss's gradient with respect to the
    /// output, before [`Op::activation`] if there is one.
    fn backward(&self, builder: &mut Builder, node: NodeId, dy: TensorId);

    /// Writes down what it does in evaluation as operations of ONNX, before [`Op::activation`] if there is
    /// one, and names the result.
    fn onnx(&self, exporter: &mut Exporter) -> Value;

    /// The activation that is applied to its output. The builder sees to its derivative.
    fn activation(&self) -> Option<&'static Activation> {
        None
    }

    /// Whether it can apply an activation to its output: then its forward pass asks
    /// [`Builder::activation`] for one, which may be that of the layer behind it.
    fn applies_activation(&self) -> bool {
        false
    }

    /// Whether it is its activation and nothing else.
    fn is_activation(&self) -> bool {
        false
    }

    /// Multiply-adds of the forward pass for one example.
    fn multiply_adds(&self, _inputs: &[&[usize]]) -> u64 {
        0
    }
}

/// Something a node learns.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name within the node, PyTorch's: `weight` or `bias`.
    pub name: &'static str,
    /// Its shape, PyTorch's.
    pub shape: Shape,
    /// How it begins.
    pub initializer: Initializer,
}

/// Something a node keeps from step to step and updates itself: a mean over past batches.
#[derive(Debug, Clone)]
pub struct Running {
    /// Its name within the node, PyTorch's: `running_mean`.
    pub name: &'static str,
    /// Its shape, PyTorch's.
    pub shape: Shape,
    /// What every element begins with.
    pub initial: f32,
}

/// Reads a layer's op with all its keys.
///
/// # Errors
/// An unknown op, with the nearest right one; unknown or wrong keys.
pub fn read(layer: &config::LayerConfig) -> Result<Box<dyn Op>, config::Error> {
    let keys = &layer.keys;
    let op: Box<dyn Op> = if let Some(kind) = ALL.iter().find(|kind| kind.name == layer.op) {
        (kind.read)(keys)?
    } else if let Some(activation) = Activation::named(&layer.op) {
        Box::new(activate::Activate { activation })
    } else {
        let activations = activations::ALL.iter().map(|activation| activation.name);
        let names: Vec<&str> =
            ALL.iter().map(|kind| kind.name).chain(activations).chain(blocks::OPS.iter().copied()).collect();
        return Err(config::Error::unknown(&layer.op_place, "op", &layer.op, &names));
    };
    keys.finish()?;
    Ok(op)
}

/// Whether a config could have written an op's settings; those of another crate's ops are its own affair. What a layer
/// applies as its activation is a value already, maybe of another crate.
///
/// # Errors
/// What its reader says, at `place`.
pub(crate) fn check(op: &dyn Op, place: &config::Place) -> Result<(), config::Error> {
    let Some(kind) = ALL.iter().find(|kind| kind.name == op.name()) else { return Ok(()) };
    let mut keys = op.keys();
    keys.remove("activation");
    let table = config::Table::written(place, &keys);
    (kind.read)(&table).and_then(|_| table.finish())
}

/// The only input's shape.
///
/// # Errors
/// How many inputs there are instead.
pub fn single<'a>(inputs: &[&'a [usize]]) -> Result<&'a [usize], String> {
    match inputs {
        [only] => Ok(only),
        _ => Err(format!("takes 1 input, but is given {}", inputs.len())),
    }
}

/// The shape that two or more inputs share.
///
/// # Errors
/// There are fewer, or two shapes that differ.
pub fn equal(inputs: &[&[usize]]) -> Result<Shape, String> {
    let [first, others @ ..] = inputs else { return Err("takes 2 inputs or more".into()) };
    match others.iter().find(|other| other != &first) {
        _ if others.is_empty() => Err("takes 2 inputs or more, but is given 1".into()),
        Some(other) => Err(format!("the inputs {} and {} differ", show(first), show(other))),
        None => Ok(first.to_vec()),
    }
}
