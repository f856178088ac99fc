//! Every backward pass against central differences of its forward pass, in f64 on the CPU twins:
//! small networks that contain each node and end in each loss.

use std::sync::Arc;

use super::{Verdict, nodes};
use crate::{
    activations, config,
    cpu::Cpu,
    graph::{Draft, Graph, INPUT, elements},
    kernels::{Step, case, statistics::FIGURES},
    losses::{self, Loss, Targets},
    ops::{Op, activate::Activate, dense::Dense, flatten::Flatten, identity::Identity},
    optimizers::sgd::Sgd,
    plan::{self, DataLayout, Options, Plan, Program, Slice},
};

/// Central differences step this far; their own error is then about 1e-9.
const STEP: f64 = 1e-5;

/// The largest relative error of a gradient that is allowed.
const TOLERANCE: f64 = 1e-6;

/// A network whose gradients are checked.
pub struct Check {
    /// What it proves.
    pub name: String,
    /// The network.
    pub graph: Graph,
    /// Its loss.
    pub loss: &'static Loss,
    /// Examples are words below this, not reals, and have no gradient.
    pub words: Option<u32>,
}

/// A network for every node and every loss.
pub fn checks() -> Vec<Check> {
    let mut checks = vec![];
    for &loss in losses::ALL {
        checks.push(check(&format!("loss {}", loss.name), loss, vec![("a", dense(5, None), &[INPUT])]));
    }
    for &activation in activations::ALL {
        let fused = vec![("a", dense(6, Some(activation)), &[INPUT][..]), ("b", dense(4, None), &["a"])];
        checks.push(check(&format!("dense + {}", activation.name), &losses::CATEGORICAL, fused));
        let node: Box<dyn Op> = Box::new(Activate { activation });
        let alone =
            vec![("a", dense(6, None), &[INPUT][..]), ("b", node, &["a"]), ("c", dense(3, Some(activation)), &["b"])];
        checks.push(check(activation.name, &losses::NORMAL, alone));
    }
    let through = vec![
        ("a", Box::new(Flatten) as Box<dyn Op>, &[INPUT][..]),
        ("b", dense(5, Some(&activations::TANH)), &["a"]),
        ("c", Box::new(Identity), &["b"]),
        ("d", dense(3, None), &["c"]),
    ];
    checks.push(check("flatten, identity", &losses::NORMAL, through));
    let no_bias = Dense { bias: false, ..Dense::new(4, Some(&activations::SIGMOID)) };
    checks.push(check("dense without bias", &losses::BERNOULLI, vec![("a", Box::new(no_bias), &[INPUT])]));
    checks.extend(super::gradients_conv::checks());
    checks.extend(nodes::checks());
    checks
}

pub(super) fn dense(units: usize, activation: Option<&'static activations::Activation>) -> Box<dyn Op> {
    Box::new(Dense::new(units, activation))
}

/// A node before the graph is known: its name, op and inputs.
pub(super) type Layer<'a> = (&'a str, Box<dyn Op>, &'a [&'a str]);

fn check(name: &str, loss: &'static Loss, layers: Vec<Layer>) -> Check {
    check_over(&[2, 3], name, loss, layers)
}

/// A check whose examples have this shape.
pub(super) fn check_over(input: &[usize], name: &str, loss: &'static Loss, layers: Vec<Layer>) -> Check {
    let draft = |(name, op, inputs): Layer| Draft {
        name: name.into(),
        op,
        inputs: inputs.iter().map(|&input| input.into()).collect(),
        place: config::Place::Document("gradient check".into()),
    };
    let graph = Graph::of(layers.into_iter().map(draft).collect(), input).expect("the layers fit");
    Check { name: name.into(), graph, loss, words: None }
}

impl Check {
    /// Compares every parameter's gradient, and the input's, with differences of the loss.
    pub fn run(&self) -> Verdict {
        let mut verdict = Verdict::new(&self.name, "gradient");
        let mut probe = Probe::new(self);
        probe.loss();
        let plan = probe.plan.clone();
        let gradients = probe.cpu.reals(plan.ports.gradients).to_vec();
        for learned in &plan.learned {
            let places = learned.slice.offset..learned.slice.offset + learned.slice.length;
            let errors = places.map(|at| error(gradients[at], probe.difference(plan.ports.parameters, at)));
            let worst = errors.fold(0.0, f64::max);
            verdict.add(&learned.name, worst / TOLERANCE, "off the difference");
        }
        // The batch takes examples in order, unscaled: its gradient is that of the data.
        if self.words.is_some() {
            return verdict;
        }
        let slice: Slice = plan.ports.input_gradient.expect("it was asked for");
        probe.loss();
        let gradients = probe.cpu.reals(slice.buffer)[..slice.length].to_vec();
        let worst = (0..slice.length).map(|at| error(gradients[at], probe.difference(plan.ports.data, at)));
        verdict.add("input", worst.fold(0.0, f64::max) / TOLERANCE, "off the difference");
        verdict
    }
}

fn error(actual: f64, expected: f64) -> f64 {
    let error = (actual - expected).abs() / (1e-2 + expected.abs());
    if error.is_nan() { f64::INFINITY } else { error }
}

/// A network with its data, ready to be asked for its loss.
struct Probe {
    plan: Arc<Plan>,
    cpu: Cpu<f64>,
    step: Step,
}

impl Probe {
    fn new(check: &Check) -> Self {
        let (rows, batch) = (5, 4);
        let features = elements(&check.graph.nodes[0].shape);
        let outputs = elements(&check.graph.nodes[check.graph.output].shape);
        let layout = DataLayout {
            bytes: false,
            examples: rows,
            plane: features,
            order: rows,
            augmentation: None,
            differentiate_input: check.words.is_none(),
        };
        let options = Options { batch: rows, evaluate_batch: rows, replicas: 1, slots: 1 };
        let plan = Arc::new(plan::compile(&check.graph, check.loss, Arc::new(Sgd::default()), &layout, &options));
        let mut cpu = Cpu::new(plan.clone());
        let ports = plan.ports;
        for learned in &plan.learned {
            let values = case::reals(&learned.name, learned.slice.length);
            cpu.write_reals(ports.parameters, learned.slice.offset, &values);
        }
        let examples = match check.words {
            Some(end) => case::words("examples", rows * features, end).into_iter().map(f64::from).collect(),
            None => case::reals("examples", rows * features),
        };
        cpu.write_reals(ports.data, 0, &examples);
        cpu.write_words(ports.order, 0, &(0..rows as u32).collect::<Vec<_>>());
        cpu.write_reals(ports.affine, 0, &[1.0, 0.0]);
        match check.loss.targets {
            Targets::Labels => cpu.write_words(ports.targets, 0, &case::words("labels", rows, outputs as u32)),
            Targets::Values => {
                let truth = case::words("truth", rows * outputs, 2).into_iter().map(f64::from);
                cpu.write_reals(ports.targets, 0, &truth.collect::<Vec<_>>());
            }
        }
        // A batch that is smaller than the plan's, and a learning rate of 0.
        Probe { plan, cpu, step: Step::over(batch) }
    }

    /// The mean loss of the batch; leaves its gradients in their places.
    fn loss(&mut self) -> f64 {
        self.cpu.run(Program::Train, std::slice::from_ref(&self.step));
        self.cpu.reals(self.plan.ports.statistics)[..FIGURES][0] / f64::from(self.step.rows)
    }

    fn difference(&mut self, buffer: usize, at: usize) -> f64 {
        let value = self.cpu.reals(buffer)[at];
        let mut side = |distance: f64| {
            self.cpu.reals_mut(buffer)[at] = value + distance;
            self.loss()
        };
        let (above, below) = (side(STEP), side(-STEP));
        self.cpu.reals_mut(buffer)[at] = value;
        (above - below) / (2.0 * STEP)
    }
}
