//! The structure of exported models: every op and activation becomes a graph that is whole. What such models
//! compute, tests/onnx.sh compares with another runtime.

use std::collections::HashSet;

use gradus::{
    config::Config,
    data::{Normalization, Predicted, Signature},
    graph::{Graph, elements},
    losses::{self, Loss},
    onnx::{
        self, Network, OPSET,
        messages::{INTEGERS, Model, REALS},
    },
    verify::every_node,
};
use prost::Message;

fn signature(shape: &[usize], scale: f32) -> Signature {
    let plane = elements(shape) / shape[0];
    let normalization = Normalization { scale: vec![scale; shape[0]], offset: vec![scale - 1.0; shape[0]], plane };
    let targets = Predicted::Classes { count: 2, names: Some(vec!["cat".into(), "dog".into()]) };
    Signature {
        name: "data".into(),
        shape: shape.to_vec(),
        maximum: None,
        normalization,
        targets,
        table: None,
        map: None,
        fingerprint: None,
    }
}

/// A tensor's name, its shape and its numbers.
type Tensor = (String, Vec<usize>, Vec<f32>);

/// Zeros for all that a network has learned.
fn tensors(graph: &Graph) -> Vec<Tensor> {
    let of = |(at, node): (usize, &gradus::graph::Node)| {
        let shapes = graph.input_shapes(at);
        let learned = node.op.parameters(&shapes).into_iter().map(|parameter| (parameter.name, parameter.shape));
        let running = node.op.running(&shapes).into_iter().map(|running| (running.name, running.shape));
        let tensors: Vec<_> = learned.chain(running).collect();
        let tensor = |(name, shape): (&str, Vec<usize>)| {
            let values = vec![0.0; elements(&shape)];
            (format!("{}.{name}", node.name), shape, values)
        };
        tensors.into_iter().map(tensor).collect::<Vec<_>>()
    };
    graph.nodes.iter().enumerate().flat_map(of).collect()
}

/// Exports, and reads the file again.
fn exported(graph: &Graph, loss: &Loss, scale: f32) -> Model {
    let signature = signature(&graph.nodes[0].shape, scale);
    let tensors = tensors(graph);
    let tensors = tensors.iter().map(|(name, shape, values)| (&name[..], &shape[..], &values[..])).collect();
    let network = Network { name: "network", graph, tensors, loss, signature: &signature };
    let bytes = onnx::encode(&network).expect("a small network");
    let model = Model::decode(&bytes[..]).expect("its own file");
    assert_eq!(model, onnx::model(&network));
    model
}

/// Every value is named once, and before it is taken; every constant has the numbers of its shape.
fn check(model: &Model, case: &str) {
    let graph = model.graph.as_ref().expect("a graph");
    let mut known = HashSet::from(["input".to_owned()]);
    for constant in &graph.initializer {
        let size = match constant.data_type {
            REALS => 4,
            INTEGERS => 8,
            kind => panic!("{case}: {} has the type {kind}", constant.name),
        };
        let count: i64 = constant.dims.iter().product();
        assert_eq!(count as usize * size, constant.raw_data.len(), "{case}: {}", constant.name);
        assert!(known.insert(constant.name.clone()), "{case}: {} is there twice", constant.name);
    }
    for node in &graph.node {
        for input in &node.input {
            assert!(known.contains(input), "{case}: {} takes {input} before it is there", node.name);
        }
        for output in &node.output {
            assert!(known.insert(output.clone()), "{case}: {output} is there twice");
        }
        for attribute in &node.attribute {
            let there = [attribute.f.is_some(), attribute.i.is_some(), !attribute.ints.is_empty()];
            assert_eq!(there, [1, 2, 7].map(|kind| attribute.kind == kind), "{case}: {}", attribute.name);
        }
    }
    for constant in &graph.initializer {
        let taken = graph.node.iter().any(|node| node.input.contains(&constant.name));
        assert!(taken, "{case}: {} is of no use", constant.name);
    }
    for output in &graph.output {
        assert!(known.contains(&output.name), "{case}: nothing gives {}", output.name);
    }
}

#[test]
fn every_op_and_activation_becomes_a_graph_that_is_whole() {
    for node in every_node() {
        for network in node.networks() {
            let case = format!("{} {}", node.name, network.name);
            let model = exported(&network.graph, network.loss, 0.5);
            check(&model, &case);
            let graph = model.graph.expect("a graph");
            assert_eq!(graph.input[0].shape().as_ref(), Some(&network.graph.nodes[0].shape), "{case}");
            let outputs = vec![elements(&network.graph.nodes[network.graph.output].shape)];
            assert_eq!(
                graph.output.iter().map(|output| output.shape()).collect::<Vec<_>>(),
                [Some(outputs.clone()), Some(outputs)]
            );
            // All that the network has learned is there, by PyTorch's names.
            for (name, _, values) in tensors(&network.graph) {
                let constant = graph.initializer.iter().find(|constant| constant.name == name);
                let constant = constant.unwrap_or_else(|| panic!("{case}: {name} is missing"));
                assert_eq!(constant.raw_data.len(), 4 * values.len(), "{case}: {name}");
            }
        }
    }
}

fn ops(model: &Model) -> Vec<&str> {
    model.graph.as_ref().expect("a graph").node.iter().map(|node| node.op_type.as_str()).collect()
}

#[test]
fn the_loss_says_what_the_outputs_are() {
    let nodes = every_node();
    let dense = nodes.iter().find(|node| node.name == "dense").expect("an op").networks();
    let graph = &dense[3].graph;
    for (loss, names, last) in [
        (&losses::CATEGORICAL, &["logits", "probabilities"][..], "Softmax"),
        (&losses::BERNOULLI, &["logits", "probabilities"], "Sigmoid"),
        (&losses::NORMAL, &["output"], "Relu"),
    ] {
        let model = exported(graph, loss, 0.5);
        let outputs: Vec<&str> =
            model.graph.as_ref().expect("a graph").output.iter().map(|output| &output.name[..]).collect();
        assert_eq!(outputs, names);
        let expected = ["Mul", "Add", "Gemm", "Relu", last];
        assert_eq!(ops(&model), expected[..if last == "Relu" { 4 } else { 5 }]);
        assert_eq!((model.opset_import[0].version, &model.metadata[0].value[..]), (OPSET, "[\"cat\",\"dog\"]"));
    }
    // What is not scaled needs no nodes for it, and a network of nothing is still a model.
    assert_eq!(ops(&exported(graph, &losses::NORMAL, 1.0)), ["Gemm", "Relu"]);
    let identity = nodes.iter().find(|node| node.name == "identity").expect("an op").networks();
    let model = exported(&identity[0].graph, &losses::NORMAL, 1.0);
    check(&model, "identity");
    assert_eq!(ops(&model)[..1], ["Identity"]);
}

/// The graph of one layer, as a config writes it.
fn layer(layer: &str, shape: &[usize]) -> Graph {
    let text = format!(
        "[data]\nsource = 'digits'\n[model]\nloss = 'bernoulli'\nlayers = [{{ {layer} }}]\n[optimizer]\ntype = 'sgd'\n"
    );
    let config = Config::read("layer.toml", &text, &[]).expect("a valid config");
    Graph::build(&config.model, shape).expect("a layer that fits")
}

#[test]
fn windows_have_their_padding_before_and_behind_every_axis() {
    for (text, shape, expected) in [
        // What PyTorch exports for padding = 1, although the last column is not needed with this stride.
        ("op = 'conv2d', filters = 1, kernel = 3, stride = 2, padding = 1", &[1, 4, 4][..], &[1, 1, 1, 1][..]),
        // What cannot be halved is one more behind.
        ("op = 'conv2d', filters = 1, kernel = [4, 3], padding = 'same'", &[1, 9, 9], &[1, 1, 2, 1]),
        ("op = 'conv1d', filters = 1, kernel = 3, stride = 2, padding = 'same'", &[1, 4], &[0, 1]),
        ("op = 'conv1d', filters = 1, kernel = 3, dilation = 4, padding = 'same'", &[1, 9], &[4, 4]),
        ("op = 'conv1d', filters = 1, kernel = 1, stride = 3, padding = 'same'", &[1, 5], &[0, 0]),
        ("op = 'max_pool2d', kernel = 2, stride = 1, padding = 'same'", &[1, 5, 5], &[0, 0, 1, 1]),
        ("op = 'avg_pool3d', kernel = 2, padding = [0, 1, 0]", &[1, 4, 4, 4], &[0, 1, 0, 0, 1, 0]),
        ("op = 'conv_transpose2d', filters = 1, kernel = 3, stride = 2, padding = 1", &[1, 4, 4], &[1, 1, 1, 1]),
        ("op = 'max_pool1d', kernel = 3", &[1, 8], &[0, 0]),
    ] {
        let model = exported(&layer(text, shape), &losses::BERNOULLI, 1.0);
        let node = &model.graph.as_ref().expect("a graph").node[0];
        let pads = node.attribute.iter().find(|attribute| attribute.name == "pads").expect("a window has padding");
        assert_eq!(pads.ints, expected, "{text}");
    }
}

#[test]
fn a_mean_counts_in_a_model_what_it_counts_here() {
    for (keys, counted) in [
        ("padding = 1", 1),
        ("padding = 'same'", 0),
        ("padding = 1, count_padding = false", 0),
        ("padding = 'same', count_padding = true", 1),
    ] {
        let text = format!("op = 'avg_pool2d', kernel = 3, stride = 2, {keys}");
        let model = exported(&layer(&text, &[1, 5, 5]), &losses::BERNOULLI, 1.0);
        let attributes = &model.graph.as_ref().expect("a graph").node[0].attribute;
        let count = attributes.iter().find(|attribute| attribute.name == "count_include_pad");
        assert_eq!(count.and_then(|attribute| attribute.i), Some(counted), "{keys}");
    }
}
