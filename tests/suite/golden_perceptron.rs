//! Dense networks against PyTorch in f64: losses, gradients and five updates, for every activation whose
//! derivative needs just the output, every loss, and two optimizers. `golden/perceptron.py` made the numbers.

use std::sync::Arc;

use gradus::{
    config::Config,
    cpu::Cpu,
    graph::Graph,
    kernels::{Step, statistics::FIGURES},
    losses::{self, Targets},
    optimizers,
    plan::{self, DataLayout, Options, Program},
};
use serde_json::Value;

/// PyTorch sums in another order.
const TOLERANCE: f64 = 1e-10;

const ROWS: usize = 7;

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|value| value.as_f64().expect("a number")).collect()
}

fn config(case: &Value) -> Config {
    let (activation, loss, optimizer) = (&case["activation"], &case["loss"], &case["optimizer"]);
    let text = format!(
        "[data]\nsource = \"digits\"\n[model]\nloss = {loss}\n\
         [[model.layers]]\nop = \"dense\"\nunits = 5\nactivation = {activation}\n\
         [[model.layers]]\nop = \"dense\"\nunits = 4\nactivation = {activation}\n\
         [[model.layers]]\nop = \"dense\"\nunits = 3\n[optimizer]\ntype = {optimizer}\n"
    );
    Config::read("golden.toml", &text, &[]).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

#[test]
fn perceptrons_learn_as_in_pytorch() {
    let golden: Value = serde_json::from_str(include_str!("../golden/perceptron.json")).expect("valid JSON");
    let cases = golden["cases"].as_array().expect("a list of cases");
    assert_eq!(cases.len(), 18);
    cases.iter().for_each(check);
}

fn check(case: &Value) {
    let name = format!("{} {} {}", case["activation"], case["loss"], case["optimizer"]);
    let config = config(case);
    let graph = Graph::build(&config.model, &[6]).expect("it fits");
    let loss = losses::named(&config.model.loss).expect("a loss");
    let rule = optimizers::read(&config.optimizer).expect("an optimizer");
    let layout = DataLayout {
        bytes: false,
        examples: ROWS,
        plane: 6,
        order: ROWS,
        augmentation: None,
        differentiate_input: false,
    };
    let options = Options { batch: ROWS, evaluate_batch: ROWS, replicas: 1, slots: 1 };
    let plan = Arc::new(plan::compile(&graph, loss, rule.clone(), &layout, &options));
    let ports = plan.ports;
    let mut cpu = Cpu::<f64>::new(plan.clone());
    cpu.write_reals(ports.data, 0, &numbers(&case["x"]));
    match loss.targets {
        Targets::Labels => {
            let labels: Vec<u32> = numbers(&case["target"]).into_iter().map(|label| label as u32).collect();
            cpu.write_words(ports.targets, 0, &labels);
        }
        Targets::Probabilities | Targets::Values => cpu.write_reals(ports.targets, 0, &numbers(&case["target"])),
    }
    cpu.write_words(ports.order, 0, &(0..ROWS as u32).collect::<Vec<_>>());
    cpu.write_reals(ports.affine, 0, &[1.0, 0.0]);
    for learned in &plan.learned {
        cpu.write_reals(ports.parameters, learned.slice.offset, &numbers(&case["before"][&learned.name]));
    }
    let rate = if config.optimizer.kind == "sgd" { 0.1 } else { 0.01 };
    for (update, expected) in numbers(&case["losses"]).into_iter().enumerate() {
        let scalars = rule.scalars(rate, update as u64);
        cpu.run(Program::Train, &[Step { index: update as u32, scalars, ..Step::over(ROWS) }]);
        let loss = cpu.reals(ports.statistics)[..FIGURES][0] / ROWS as f64;
        compare(&name, &format!("loss {update}"), &[loss], &[expected]);
        for learned in plan.learned.iter().filter(|_| update == 0) {
            let range = learned.slice.offset..learned.slice.offset + learned.slice.length;
            let expected = numbers(&case["gradients"][&learned.name]);
            compare(&name, &learned.name, &cpu.reals(ports.gradients)[range], &expected);
        }
    }
    for learned in &plan.learned {
        let range = learned.slice.offset..learned.slice.offset + learned.slice.length;
        compare(&name, &learned.name, &cpu.reals(ports.parameters)[range], &numbers(&case["after"][&learned.name]));
    }
}

fn compare(name: &str, what: &str, actual: &[f64], expected: &[f64]) {
    assert_eq!(actual.len(), expected.len(), "{name}: {what} has as many elements");
    for (actual, expected) in actual.iter().zip(expected) {
        let error = (actual - expected).abs() / (1.0 + expected.abs());
        assert!(error < TOLERANCE, "{name}: {what} is {actual}, PyTorch's {expected}");
    }
}
