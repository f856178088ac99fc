//! Convolutions and poolings against PyTorch: output, loss and every gradient, in f64. The numbers
//! are made by `golden/conv.py`.

use std::sync::Arc;

use gradus::{
    config::Config,
    cpu::Cpu,
    graph::Graph,
    kernels::{Step, statistics::FIGURES},
    losses::NORMAL,
    optimizers::sgd::Sgd,
    plan::{self, DataLayout, Options, Program},
};
use serde_json::Value;

/// PyTorch sums in another order.
const TOLERANCE: f64 = 1e-10;

fn numbers(case: &Value, key: &str) -> Vec<f64> {
    let values = case[key].as_array().unwrap_or_else(|| panic!("{} has {key}", case["name"]));
    values.iter().map(|value| value.as_f64().expect("a number")).collect()
}

fn config(layer: &str) -> Config {
    let text = format!(
        "[data]\nsource = \"digits\"\n[model]\nloss = \"normal\"\n[[model.layers]]\nname = \"a\"\n{layer}\n\
         [optimizer]\ntype = \"sgd\"\nlearning_rate = 0.0\n"
    );
    Config::read("golden.toml", &text, &[]).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

#[test]
fn convolutions_and_poolings_give_the_numbers_of_pytorch() {
    let golden: Value = serde_json::from_str(include_str!("../golden/conv.json")).expect("valid JSON");
    let cases = golden["cases"].as_array().expect("a list of cases");
    assert!(cases.len() >= 31);
    for case in cases {
        check(case);
    }
}

fn check(case: &Value) {
    let name = case["name"].as_str().expect("a name");
    let shape: Vec<usize> = numbers(case, "shape").into_iter().map(|extent| extent as usize).collect();
    let (rows, features) = (shape[0], shape[1..].iter().product());
    let layer = case["layer"].as_str().expect("a layer");
    let graph = Graph::build(&config(layer).model, &shape[1..]).unwrap_or_else(|error| panic!("{name}: {error}"));
    let expected: Vec<usize> = numbers(case, "output").into_iter().map(|extent| extent as usize).collect();
    assert_eq!(graph.nodes[graph.output].shape, expected[1..], "{name}: shape");
    let layout = DataLayout {
        bytes: false,
        examples: rows,
        plane: features,
        order: rows,
        augmentation: None,
        differentiate_input: true,
    };
    let options = Options { batch: rows, evaluate_batch: rows, replicas: 1, slots: 1 };
    let plan = Arc::new(plan::compile(&graph, &NORMAL, Arc::new(Sgd::default()), &layout, &options));
    let ports = plan.ports;
    let mut cpu = Cpu::<f64>::new(plan.clone());
    cpu.write_reals(ports.data, 0, &numbers(case, "x"));
    cpu.write_reals(ports.targets, 0, &numbers(case, "target"));
    cpu.write_words(ports.order, 0, &(0..rows as u32).collect::<Vec<_>>());
    cpu.write_reals(ports.affine, 0, &[1.0, 0.0]);
    for learned in &plan.learned {
        let values = numbers(case, learned.name.trim_start_matches("a."));
        assert_eq!(values.len(), learned.slice.length, "{name}: {}", learned.name);
        cpu.write_reals(ports.parameters, learned.slice.offset, &values);
    }
    cpu.run(Program::Evaluate, &[Step::over(rows)]);
    compare(name, "y", &cpu.reals(ports.output.buffer)[..ports.output.length], &numbers(case, "y"));
    cpu.run(Program::Train, &[Step::over(rows)]);
    let loss = cpu.reals(ports.statistics)[..FIGURES][0] / rows as f64;
    compare(name, "loss", &[loss], &[case["loss"].as_f64().expect("a number")]);
    let dx = ports.input_gradient.expect("it was asked for");
    compare(name, "dx", &cpu.reals(dx.buffer)[..dx.length], &numbers(case, "dx"));
    for learned in &plan.learned {
        let key = format!("d{}", learned.name.trim_start_matches("a."));
        let range = learned.slice.offset..learned.slice.offset + learned.slice.length;
        compare(name, &key, &cpu.reals(ports.gradients)[range], &numbers(case, &key));
    }
}

fn compare(name: &str, what: &str, actual: &[f64], expected: &[f64]) {
    assert_eq!(actual.len(), expected.len(), "{name}: {what} has as many elements");
    for (at, (actual, expected)) in actual.iter().zip(expected).enumerate() {
        let error = (actual - expected).abs() / (1.0 + expected.abs());
        assert!(error < TOLERANCE, "{name}: {what}[{at}] is {actual}, PyTorch's {expected}");
    }
}

#[test]
fn windows_that_do_not_fit_are_refused_with_both_shapes() {
    let refusal = |layer: &str, shape: &[usize]| match Graph::build(&config(layer).model, shape) {
        Ok(graph) => panic!("{layer} is taken for {:?}", graph.nodes[graph.output].shape),
        Err(error) => error.to_string(),
    };
    let says = |layer: &str, shape: &[usize], parts: &[&str]| {
        let message = refusal(layer, shape);
        parts.iter().for_each(|part| assert!(message.contains(part), "`{part}` is missing in: {message}"));
    };
    let conv2d = "op = \"conv2d\"\nfilters = 4\nkernel = 5\n";
    says(conv2d, &[3, 4, 8], &["layer `a` (conv2d)", "kernel [5, 5]", "padded input [4, 8]"]);
    says(&format!("{conv2d}dilation = 2"), &[3, 8, 9], &["[9, 9] with its gaps", "padded input [8, 9]"]);
    says(&format!("{conv2d}padding = 1"), &[3, 2, 9], &["kernel [5, 5]", "padded input [4, 11] (input [2, 9])"]);
    says(&format!("{conv2d}groups = 2"), &[3, 8, 8], &["groups = 2", "3 channels", "4 filters"]);
    says(conv2d, &[784], &["[channels, height, width]", "[784]"]);
    says("op = \"conv1d\"\nfilters = 4\nkernel = 5\n", &[1, 28, 28], &["[channels, width]", "[1, 28, 28]"]);
    says("op = \"conv2d\"\nfilters = 4\nkernel = [3, 3, 3]\n", &[1, 9, 9], &["golden.toml:", "3 entries", "2 axes"]);
    says("op = \"conv2d\"\nfilters = 4\n", &[1, 9, 9], &["`kernel` is missing"]);
    says("op = \"max_pool2d\"\nkernel = 3\n", &[2, 2, 5], &["kernel [3, 3]", "padded input [2, 5]"]);
    says(
        "op = \"avg_pool2d\"\nkernel = 2\npadding = 2\n",
        &[2, 4, 5],
        &["padding [2, 2]", "half of the kernel [2, 2]"],
    );
    says("op = \"global_avg_pool\"\n", &[7], &["[channels, width]", "[7]"]);
    let transposed = "op = \"conv_transpose2d\"\nfilters = 4\nkernel = 3\n";
    says(&format!("{transposed}output_padding = 1"), &[2, 3, 3], &["output_padding [1, 1]", "stride [1, 1]"]);
    says(&format!("{transposed}padding = 9"), &[2, 3, 3], &["padding [9, 9]", "input [3, 3]"]);
    says(&format!("{transposed}padding = \"same\""), &[2, 3, 3], &["golden.toml:", "same"]);
}

#[test]
fn settings_survive_being_written_and_read_again() {
    for layer in [
        "op = \"conv1d\"\nfilters = 3\nkernel = 3\npadding = \"same\"\nbias = false\nactivation = \"relu\"\n",
        "op = \"conv2d\"\nfilters = 4\nkernel = [3, 2]\nstride = 2\npadding = [1, 0]\ndilation = 2\ngroups = 2\n",
        "op = \"conv_transpose2d\"\nfilters = 4\nkernel = 3\nstride = 2\noutput_padding = 1\n",
        "op = \"max_pool2d\"\nkernel = 2\n",
        "op = \"avg_pool2d\"\nkernel = 3\nstride = 1\npadding = \"same\"\n",
        "op = \"global_avg_pool\"\n",
    ] {
        let shape: &[usize] = if layer.contains("conv1d") { &[2, 9] } else { &[2, 9, 8] };
        let graph = Graph::build(&config(layer).model, shape).expect("it fits");
        let op = &graph.nodes[graph.output].op;
        let written = format!("op = \"{}\"\n{}", op.name(), op.keys());
        let again = Graph::build(&config(&written).model, shape).unwrap_or_else(|error| panic!("{error}: {written}"));
        assert_eq!(format!("{:?}", again.nodes[1].op), format!("{op:?}"), "{written}");
    }
}
