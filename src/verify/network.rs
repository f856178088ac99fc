//! A small network with numbers in it: what gradient checks and the matrix of nodes run, on the twins
//! and on devices.

use std::sync::Arc;

use crate::{
    cpu::Cpu,
    device::Executor,
    graph::{Graph, elements},
    kernels::{Step, case},
    losses::{Loss, Targets},
    ops::setting::Examples,
    optimizers::sgd::Sgd,
    plan::{self, BufferId, DataLayout, Options, Plan},
};

/// A network that proves something.
pub struct Network {
    /// What it proves.
    pub name: String,
    /// Its nodes.
    pub graph: Graph,
    /// Its loss.
    pub loss: &'static Loss,
    /// What it is given.
    pub examples: Examples,
    /// Examples in the step's batch.
    pub batch: usize,
    /// Rows that the plan is built for, at least as many.
    pub rows: usize,
}

/// Numbers at and beside the kinks: ReLU's is 0, hard swish's are ±3.
const KINKS: [f64; 5] = [0.0, -3.0, 3.0, 1.0, -1.0];

impl Network {
    /// A network over smooth examples, in a batch that is smaller than the plan's.
    pub fn new(name: &str, graph: Graph, loss: &'static Loss) -> Network {
        Network { name: name.into(), graph, loss, examples: Examples::Smooth, batch: 4, rows: 5 }
    }
}

/// A network's plan and all numbers that go into it.
pub struct Probe {
    /// The plan.
    pub plan: Arc<Plan>,
    /// The step: a learning rate of 0, so that every execution starts from the same parameters.
    pub step: Step,
    reals: Vec<(BufferId, usize, Vec<f64>)>,
    words: Vec<(BufferId, Vec<u32>)>,
}

impl Probe {
    /// Compiles the network and draws its numbers, the same ones for the same shapes.
    pub fn new(network: &Network) -> Probe {
        let Network { graph, loss, rows, .. } = network;
        let rows = *rows;
        let layout = DataLayout {
            bytes: false,
            examples: rows,
            plane: elements(&graph.nodes[0].shape),
            order: rows,
            augmentation: None,
            differentiate_input: !matches!(network.examples, Examples::Words(_)),
        };
        let options = Options { batch: rows, evaluate_batch: rows, replicas: 1, slots: 1 };
        let plan = Arc::new(plan::compile(graph, loss, Arc::new(Sgd::default()), &layout, &options));
        let mut probe = Probe { plan, step: Step::over(network.batch), reals: vec![], words: vec![] };
        probe.draw(network);
        probe
    }

    fn draw(&mut self, network: &Network) {
        let Network { graph, loss, examples, rows, .. } = network;
        let (features, outputs) = (elements(&graph.nodes[0].shape), elements(&graph.nodes[graph.output].shape));
        let plan = self.plan.clone();
        let ports = plan.ports;
        let inputs = match examples {
            Examples::Smooth => case::reals("examples", rows * features),
            Examples::Kinks => {
                let words = case::words("examples", rows * features, KINKS.len() as u32);
                words.into_iter().map(|word| KINKS[word as usize]).collect()
            }
            Examples::Words(end) => case::words("examples", rows * features, *end).into_iter().map(f64::from).collect(),
        };
        self.reals.push((ports.data, 0, inputs));
        self.reals.push((ports.affine, 0, vec![1.0, 0.0]));
        self.words.push((ports.order, (0..*rows as u32).collect()));
        match loss.targets {
            Targets::Labels => self.words.push((ports.targets, case::words("labels", *rows, outputs as u32))),
            Targets::Probabilities | Targets::Values => {
                self.reals.push((ports.targets, 0, case::reals("truth", rows * outputs)))
            }
        }
        for learned in &plan.learned {
            let values = case::reals(&learned.name, learned.slice.length);
            self.reals.push((ports.parameters, learned.slice.offset, values));
        }
        if let Some(running) = ports.running {
            let initial = plan.initial_running().into_iter().map(f64::from).collect();
            self.reals.push((running, 0, initial));
        }
    }

    /// Puts the numbers into the twins' buffers.
    pub fn fill_twins(&self, cpu: &mut Cpu<f64>) {
        self.reals.iter().for_each(|(buffer, offset, values)| cpu.write_reals(*buffer, *offset, values));
        self.words.iter().for_each(|(buffer, values)| cpu.write_words(*buffer, 0, values));
    }

    /// Puts the numbers, all of which are those of f32, into a device's buffers.
    pub fn fill(&self, executor: &mut Executor) {
        for (buffer, offset, values) in &self.reals {
            let values: Vec<f32> = values.iter().map(|&value| value as f32).collect();
            executor.write_reals(*buffer, *offset, &values);
        }
        self.words.iter().for_each(|(buffer, values)| executor.write_words(*buffer, 0, values));
    }
}
