//! A trained network as an ONNX model, for other programs to run: the evaluation of the graph, on its own.
//!
//! The model's `input` is `[batch, …]` of f32 with the numbers as they lie in the files, such as pixels from
//! 0 to 255: the normalisation is its first nodes. Its outputs are `logits` and `probabilities`, both
//! `[batch, outputs]`, or for a normal distribution `output` alone. What a node becomes stands beside the
//! node, in [`crate::ops::Op::onnx`] and [`crate::activations::Activation`].

mod exporter;
pub mod messages;

use prost::Message;

pub use exporter::{Attribute, Exporter, Value};
use messages::{Model, OperatorSet, StringPair, ValueInfo};

use crate::{
    data::{Normalization, Predicted, Signature},
    graph::{Graph, INPUT, elements},
    losses::Loss,
};

/// The version of the operators; layer normalisation is one since this one.
pub const OPSET: i64 = 17;

/// The version of the format that came with those.
const IR_VERSION: i64 = 8;

/// All that becomes a model.
pub struct Network<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Its nodes.
    pub graph: &'a Graph,
    /// Learned tensors and running figures: name, shape, numbers.
    pub tensors: Vec<(&'a str, &'a [usize], &'a [f32])>,
    /// What its outputs parametrise.
    pub loss: &'a Loss,
    /// What its examples are, and what is predicted.
    pub signature: &'a Signature,
}

/// A protobuf message holds at most 2 GiB, and the format offers other places for weights than it.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the model is {0} bytes, and an ONNX file holds 2147483647: export the weights as safetensors")]
pub struct TooLarge(usize);

/// The model as the bytes of a file.
///
/// # Errors
/// The weights are too many for one file.
pub fn encode(network: &Network) -> Result<Vec<u8>, TooLarge> {
    let model = model(network);
    match model.encoded_len() {
        length if length > i32::MAX as usize => Err(TooLarge(length)),
        _ => Ok(model.encode_to_vec()),
    }
}

/// The model as a message.
pub fn model(network: &Network) -> Model {
    let Network { graph, signature, loss, .. } = network;
    let mut exporter = Exporter::new(graph, &network.tensors);
    let x = normalized(&mut exporter, &signature.normalization, &signature.shape);
    exporter.run(x);
    let outputs = outputs(&mut exporter, graph, loss);
    let mut whole = exporter.finish(network.name);
    whole.input = vec![ValueInfo::reals(INPUT, &signature.shape)];
    whole.output = outputs.iter().map(|name| ValueInfo::reals(name, &[count(graph)])).collect();
    Model {
        ir_version: IR_VERSION,
        opset_import: vec![OperatorSet { domain: String::new(), version: OPSET }],
        producer_name: env!("CARGO_PKG_NAME").into(),
        producer_version: env!("CARGO_PKG_VERSION").into(),
        graph: Some(whole),
        metadata: metadata(signature),
    }
}

/// How many numbers the network makes of an example.
fn count(graph: &Graph) -> usize {
    elements(&graph.nodes[graph.output].shape)
}

/// The input as the network sees it.
fn normalized(exporter: &mut Exporter, normalization: &Normalization, shape: &[usize]) -> Value {
    let Normalization { scale, offset, plane } = normalization;
    let mut x = INPUT.to_owned();
    for (op, name, values, nothing) in [("Mul", "scale", scale, 1.0), ("Add", "offset", offset, 0.0)] {
        if values.iter().any(|&value| value != nothing) {
            let (extents, values) = spread(values, *plane, shape);
            let by = exporter.reals(name, &extents, &values);
            x = exporter.op(op, &[&x, &by], vec![]);
        }
    }
    x
}

/// Numbers that `plane` neighbouring features share, so that they spread over an example by ONNX's rules.
fn spread(values: &[f32], plane: usize, shape: &[usize]) -> (Vec<usize>, Vec<f32>) {
    let channels = shape.first().copied().unwrap_or(1);
    if values.len() == channels {
        let extents = [&[channels], &vec![1; shape.len() - 1][..]].concat();
        return (extents, values.to_vec());
    }
    (shape.to_vec(), values.iter().flat_map(|&value| vec![value; plane]).collect())
}

/// Names what the network's outputs mean, and says which they are.
fn outputs(exporter: &mut Exporter, graph: &Graph, loss: &Loss) -> Vec<&'static str> {
    let mut y = exporter.output(graph.output);
    if graph.nodes[graph.output].shape.len() != 1 {
        y = exporter.reshape(&y, &[count(graph)]);
    }
    let (name, probabilities) = match loss.name {
        "categorical" => ("logits", Some(("Softmax", vec![("axis", Attribute::Integer(1))]))),
        "bernoulli" => ("logits", Some(("Sigmoid", vec![]))),
        _ => ("output", None),
    };
    exporter.name(&y, name);
    let Some((op, attributes)) = probabilities else { return vec![name] };
    let probability = exporter.op(op, &[name], attributes);
    exporter.name(&probability, "probabilities");
    vec![name, "probabilities"]
}

/// What the classes are called, where they are called something.
fn metadata(signature: &Signature) -> Vec<StringPair> {
    let Predicted::Classes { names: Some(names), .. } = &signature.targets else { return vec![] };
    vec![StringPair { key: "classes".into(), value: serde_json::to_string(names).expect("texts") }]
}
