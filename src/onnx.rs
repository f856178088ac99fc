//! A trained network as an ONNX model, for other programs to run: the evaluation of the graph, on its own.
//!
//! The model's `input` is `[batch, …]` of f32 with the numbers as they lie in the files, such as pixels from
//! 0 to 255: a map of features (`data.features`) and the normalisation are its first nodes. Its outputs are `logits` and `probabilities`, both
//! `[batch, outputs]`, or for a normal distribution `output` alone. What a node becomes stands beside the
//! node, in [`crate::ops::Op::onnx`] and [`crate::activations::Activation`].

pub mod exporter;
mod features;
pub mod messages;

use prost::Message;

use exporter::{Attribute, Exporter, Layer, Value};
use messages::{Model, OperatorSet, StringPair, ValueInfo};

use crate::{
    data::{Normalization, Predicted, Signature},
    graph::{Graph, INPUT, elements},
    losses::{Link, Loss},
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
    let mut exporter = Exporter::new(INPUT, &OUTPUTS, &network.tensors);
    let x = features::mapped(&mut exporter, signature.map);
    let x = normalized(&mut exporter, x, &signature.normalization, &graph.nodes[0].shape);
    let y = layers(&mut exporter, graph, x);
    let outputs = outputs(&mut exporter, graph, y, loss);
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

/// The input, or its features, as the network sees them.
fn normalized(exporter: &mut Exporter, mut x: Value, normalization: &Normalization, shape: &[usize]) -> Value {
    let Normalization { scale, offset, plane } = normalization;
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

/// Writes every node of the graph, the first of which is the input and comes to `x`; returns what the network comes to.
fn layers<'a>(exporter: &mut Exporter<'a>, graph: &'a Graph, x: Value) -> Value {
    let mut values = vec![x];
    for (at, node) in graph.nodes.iter().enumerate().skip(1) {
        let inputs = node.inputs.iter().map(|&input| values[input].clone()).collect();
        exporter.layer(Layer { name: &node.name, inputs, shapes: graph.input_shapes(at) });
        let y = node.op.onnx(exporter);
        values.push(match node.op.activation() {
            Some(activation) => (activation.onnx)(exporter, &y),
            None => y,
        });
    }
    values.swap_remove(graph.output)
}

/// What outputs are called: one of the first two, and where they have a link the last.
const OUTPUTS: [&str; 3] = ["output", "logits", "probabilities"];

/// Names what the network's outputs mean, and says which they are.
fn outputs(exporter: &mut Exporter, graph: &Graph, mut y: Value, loss: &Loss) -> Vec<&'static str> {
    if graph.nodes[graph.output].shape.len() != 1 {
        y = exporter.reshape(&y, &[count(graph)]);
    }
    let [plain, logits, probabilities] = OUTPUTS;
    let (op, attributes) = match loss.link {
        Link::Identity => {
            exporter.name(&y, plain);
            return vec![plain];
        }
        Link::Sigmoid => ("Sigmoid", vec![]),
        Link::Softmax => ("Softmax", vec![("axis", Attribute::Integer(1))]),
    };
    exporter.name(&y, logits);
    let probability = exporter.op(op, &[logits], attributes);
    exporter.name(&probability, probabilities);
    vec![logits, probabilities]
}

/// What the classes are called, where they are called something.
fn metadata(signature: &Signature) -> Vec<StringPair> {
    let Predicted::Classes { names: Some(names), .. } = &signature.targets else { return vec![] };
    vec![StringPair { key: "classes".into(), value: serde_json::to_string(names).expect("texts") }]
}
