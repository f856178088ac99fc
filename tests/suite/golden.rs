//! Outputs, gradients and running figures against PyTorch in f64, on the CPU twins; the numbers and
//! the script that made them are in `tests/golden/`.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use gradus::{
    config::Config,
    cpu::Cpu,
    graph::Graph,
    kernels::Step,
    losses,
    optimizers::sgd::Sgd,
    plan::{self, DataLayout, Options, Plan, Program},
};

/// PyTorch and the twins sum in other orders, in f64.
const TOLERANCE: f64 = 1e-10;

/// The share of the new in running figures is an f32 here: 0.1 is off by 1e-9.
const RUNNING: f64 = 1e-8;

#[derive(serde::Deserialize)]
struct File {
    cases: Vec<Golden>,
}

/// One network of one layer.
#[derive(serde::Deserialize)]
struct Golden {
    name: String,
    layers: String,
    shape: Vec<usize>,
    rows: usize,
    x: Vec<f64>,
    target: Vec<f64>,
    parameters: BTreeMap<String, Vec<f64>>,
    gradients: BTreeMap<String, Vec<f64>>,
    running: BTreeMap<String, Vec<f64>>,
    y: Vec<f64>,
}

impl Golden {
    fn plan(&self) -> Arc<Plan> {
        let text = format!(
            "name = \"golden\"\n[data]\nsource = \"digits\"\n[model]\nloss = \"normal\"\n[[model.layers]]\n{}\n\
             [optimizer]\ntype = \"sgd\"\nlearning_rate = 1.0\n[train]\nepochs = 1\n",
            self.layers
        );
        let config = Config::read(&self.name, &text, &[]).expect("a valid config");
        let graph = Graph::build(&config.model, &self.shape).expect("layers that fit");
        let layout = DataLayout {
            bytes: false,
            examples: self.rows,
            plane: self.shape.iter().product(),
            order: self.rows,
            augmentation: None,
            differentiate_input: self.gradients.contains_key("input"),
        };
        let options = Options { batch: self.rows, evaluate_batch: self.rows, replicas: 1, slots: 1 };
        let loss = losses::named("normal").expect("a loss");
        Arc::new(plan::compile(&graph, loss, Arc::new(Sgd::default()), &layout, &options))
    }

    fn check(&self) {
        let plan = self.plan();
        let ports = plan.ports;
        let mut cpu = Cpu::<f64>::new(plan.clone());
        cpu.write_reals(ports.data, 0, &self.x);
        cpu.write_reals(ports.targets, 0, &self.target);
        cpu.write_words(ports.order, 0, &(0..self.rows as u32).collect::<Vec<_>>());
        cpu.write_reals(ports.affine, 0, &[1.0, 0.0]);
        for learned in &plan.learned {
            cpu.write_reals(ports.parameters, learned.slice.offset, &self.parameters[&learned.name]);
        }
        if let Some(running) = ports.running {
            let initial: Vec<f64> = plan.initial_running().into_iter().map(f64::from).collect();
            cpu.write_reals(running, 0, &initial);
        }
        assert_eq!(plan.learned.len(), self.parameters.len(), "{}", self.name);
        assert_eq!(plan.running.len(), self.running.len(), "{}", self.name);

        // Scalars of 0: the update leaves the parameters as they are.
        let step = [Step::over(self.rows)];
        cpu.run(Program::Train, &step);
        for learned in &plan.learned {
            let actual = &cpu.reals(ports.gradients)[learned.slice.offset..][..learned.slice.length];
            self.compare(&learned.name, actual, &self.gradients[&learned.name], TOLERANCE);
        }
        if let Some(slice) = ports.input_gradient {
            let actual = &cpu.reals(slice.buffer)[slice.offset..][..slice.length];
            self.compare("input", actual, &self.gradients["input"], TOLERANCE);
        }
        for running in &plan.running {
            let actual = &cpu.reals(ports.running.expect("it runs"))[running.slice.offset..][..running.slice.length];
            self.compare(&running.name, actual, &self.running[&running.name], RUNNING);
        }
        cpu.run(Program::Evaluate, &step);
        let actual = &cpu.reals(ports.output.buffer)[ports.output.offset..][..ports.output.length];
        self.compare("y", actual, &self.y, if plan.running.is_empty() { TOLERANCE } else { RUNNING });
    }

    fn compare(&self, what: &str, actual: &[f64], expected: &[f64], tolerance: f64) {
        assert_eq!(actual.len(), expected.len(), "{}: {what}", self.name);
        for (at, (actual, expected)) in actual.iter().zip(expected).enumerate() {
            let near = (actual - expected).abs() <= tolerance * (1.0 + expected.abs());
            assert!(near, "{}: {what}[{at}] is {actual}, PyTorch has {expected}", self.name);
        }
    }
}

#[test]
fn nodes_agree_with_pytorch() {
    let file: File = serde_json::from_str(include_str!("../golden/norm.json")).expect("the script's format");
    assert!(file.cases.len() >= 63);
    file.cases.iter().for_each(Golden::check);
}

/// The ops of a case's layers: `op = "…"`.
fn ops_of(layers: &str) -> Vec<&str> {
    layers.split("op = \"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// Forward and gradients of every op, and of every activation as a node, are among the stored numbers.
#[test]
fn every_op_and_every_activation_is_compared() {
    let file: File = serde_json::from_str(include_str!("../golden/norm.json")).expect("the script's format");
    let conv: serde_json::Value = serde_json::from_str(include_str!("../golden/conv.json")).expect("valid JSON");
    let conv = conv["cases"].as_array().expect("a list of cases").iter().filter_map(|case| case["layer"].as_str());
    let layers: Vec<&str> = file.cases.iter().map(|case| case.layers.as_str()).chain(conv).collect();
    let compared: BTreeSet<&str> = layers.iter().flat_map(|layers| ops_of(layers)).collect();
    let activations = gradus::activations::ALL.iter().map(|activation| activation.name);
    for name in gradus::ops::ALL.iter().map(|kind| kind.name).chain(activations.clone()) {
        assert!(compared.contains(name), "{name} is not compared with PyTorch");
    }
    for name in activations {
        let key = format!("activation = \"{name}\"");
        assert!(layers.iter().any(|layers| layers.contains(&key)), "{name} is not compared as a key");
    }
    // Embeddings have no gradient of their words; every other node has one of its input.
    let given = |case: &Golden| case.gradients.contains_key("input") || case.layers.contains("embedding");
    assert!(file.cases.iter().all(given));
}
