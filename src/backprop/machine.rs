//! The network on the twins in f64, with all that the algorithm computes kept in its place.

use std::sync::Arc;

use super::{Kind, Node, Part, Tape};
use crate::{
    config,
    cpu::Cpu,
    data,
    graph::{Graph, elements},
    kernels::{Step, statistics::FIGURES},
    losses,
    optimizers::sgd::Sgd,
    plan::{self, BufferId, DataLayout, Options, Plan, Program, Slice, Trace},
    train::{Model, Weights},
};

/// Numbers of a network at most, over all examples: they are all kept, and listed.
const NUMBERS: usize = 4_000_000;

/// Why a network is not taken.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// There are not so many examples.
    #[error("{asked} examples are asked for, and the training set has {there}")]
    Examples {
        /// So many are asked for.
        asked: usize,
        /// So many are there.
        there: usize,
    },
    /// It has too many numbers.
    #[error(
        "the network has {numbers} numbers over {examples} examples, and node by node it may have {NUMBERS}: take \
         fewer examples, or make the layers smaller"
    )]
    Large {
        /// Numbers of all outputs and parameters.
        numbers: usize,
        /// Examples of the batch.
        examples: usize,
    },
    /// An op can't be trained with so few examples.
    #[error(transparent)]
    Config(#[from] config::Error),
}

/// A network with its first training examples, parameters and a place for every u and g.
pub struct Machine {
    plan: Arc<Plan>,
    trace: Trace,
    cpu: Cpu<f64>,
    step: Step,
    /// The nodes before anything is computed.
    outline: Vec<Node>,
    /// Where each node's u lies, and the launch from which on it is used; the loss has no place.
    pub(super) places: Vec<(Slice, usize)>,
    /// The largest relative difference of the fused plan's gradients.
    fused: f64,
}

impl Machine {
    /// A network with its first `examples` training examples, and `weights` or those that it begins with.
    ///
    /// # Errors
    /// A network that is too large, examples that are not there.
    pub fn new(model: &Model, examples: usize, weights: Option<&Weights>) -> Result<Machine, Refused> {
        let (graph, dataset) = (model.graph(), model.dataset());
        if !(1..=dataset.train.len()).contains(&examples) {
            return Err(Refused::Examples { asked: examples, there: dataset.train.len() });
        }
        check_size(graph, examples)?;
        check_rows(graph, examples)?;
        let layout = DataLayout {
            bytes: false,
            examples,
            plane: dataset.normalization.plane,
            order: examples,
            augmentation: None,
            differentiate_input: true,
        };
        let options = Options { batch: examples, evaluate_batch: examples, replicas: 1, slots: 1 };
        let rule = || Arc::new(Sgd::default());
        let (plan, trace) = plan::traced(graph, model.loss(), rule(), &layout, &options);
        let plan = Arc::new(plan);
        let step = Step { seed: model.settings().seed, ..Step::over(examples) };
        let mut cpu = Cpu::new(plan.clone());
        fill(&mut cpu, &plan, model, examples, weights);
        let (outline, places) = outline(model, &plan, &trace, examples);
        let mut machine = Machine { plan, trace, cpu, step, outline, places, fused: 0.0 };
        machine.run();
        let fused = Arc::new(plan::compile(graph, model.loss(), rule(), &layout, &options));
        let mut twin = Cpu::new(fused.clone());
        fill(&mut twin, &fused, model, examples, weights);
        twin.run(Program::Train, std::slice::from_ref(&machine.step));
        machine.fused = machine.apart(twin.reals(fused.ports.gradients));
        Ok(machine)
    }

    /// The forward pass in topological order, and the backward pass.
    fn run(&mut self) {
        self.cpu.run_part(Program::Train, 0..self.trace.update, &self.step);
    }

    /// The forward pass from a launch on; returns u(n).
    pub(super) fn forward(&mut self, from: usize) -> f64 {
        self.cpu.run_part(Program::Train, from..self.trace.forward, &self.step);
        self.loss()
    }

    /// The run's seed.
    pub(super) fn seed(&self) -> u64 {
        self.step.seed
    }

    fn loss(&self) -> f64 {
        self.cpu.reals(self.plan.ports.statistics)[..FIGURES][0] / f64::from(self.step.rows)
    }

    /// Numbers in a buffer, to change.
    pub(super) fn numbers(&mut self, buffer: BufferId) -> &mut [f64] {
        self.cpu.reals_mut(buffer)
    }

    /// Additions and multiplications of the forward pass.
    pub fn flops(&self) -> u64 {
        self.plan.train[..self.trace.forward].iter().map(|launch| launch.cost().flops).sum()
    }

    fn values(&self, slice: &Slice) -> Vec<f64> {
        self.cpu.reals(slice.buffer)[slice.offset..slice.offset + slice.length].to_vec()
    }

    /// Every node with its u, its g and what that is the sum of.
    pub fn tape(&mut self) -> Tape {
        self.run();
        let loss = self.loss();
        let mut nodes = self.outline.clone();
        let (mut learned, mut traced) = (self.plan.learned.iter(), self.trace.nodes.iter());
        let positions: Vec<usize> = (0..nodes.len()).filter(|&at| nodes[at].kind != Kind::Parameter).collect();
        for (at, node) in nodes.iter_mut().enumerate() {
            match node.kind {
                Kind::Loss => (node.u, node.g) = (vec![loss], Some(vec![1.0])),
                Kind::Parameter => {
                    let slice = learned.next().expect("each is a node").slice;
                    let g = self.values(&Slice { buffer: self.plan.ports.gradients, ..slice });
                    node.u = self.values(&slice);
                    node.parts = vec![Part { user: positions[positions.partition_point(|&p| p < at)], g: g.clone() }];
                    node.g = Some(g);
                }
                Kind::Input | Kind::Layer => {
                    let traced = traced.next().expect("each is a node");
                    node.u = self.values(&traced.output);
                    node.g = traced.gradient.as_ref().map(|slice| self.values(slice));
                    let part = |(user, slice): &(usize, Slice)| Part { user: positions[*user], g: self.values(slice) };
                    node.parts = traced.parts.iter().map(part).collect();
                }
            }
        }
        Tape { nodes, loss, fused: self.fused }
    }

    /// The largest difference of these gradients from its own, each tensor's relative to its largest.
    fn apart(&self, others: &[f64]) -> f64 {
        let own = self.cpu.reals(self.plan.ports.gradients);
        let of = |learned: &plan::Learned| {
            let range = learned.slice.offset..learned.slice.offset + learned.slice.length;
            let scale = own[range.clone()].iter().fold(1e-300, |most: f64, g| most.max(g.abs()));
            let apart = own[range.clone()].iter().zip(&others[range]).map(|(a, b)| (a - b).abs());
            apart.fold(0.0, f64::max) / scale.max(ROUNDING)
        };
        self.plan.learned.iter().map(of).fold(0.0, f64::max)
    }
}

/// Gradients below this are rounding: a bias in front of batch normalisation has none.
const ROUNDING: f64 = 1e-9;

fn check_size(graph: &Graph, examples: usize) -> Result<(), Refused> {
    let outputs = graph.nodes.iter().map(|node| elements(&node.shape).saturating_mul(examples));
    let learned = (0..graph.nodes.len()).flat_map(|at| graph.nodes[at].op.parameters(&graph.input_shapes(at)));
    let numbers = outputs.chain(learned.map(|parameter| elements(&parameter.shape))).fold(0, usize::saturating_add);
    if numbers > NUMBERS { Err(Refused::Large { numbers, examples }) } else { Ok(()) }
}

fn check_rows(graph: &Graph, examples: usize) -> Result<(), config::Error> {
    for (at, node) in graph.nodes.iter().enumerate() {
        let Some(place) = &node.place else { continue };
        node.op.check_rows(&graph.input_shapes(at), examples).map_err(|message| {
            config::Error::new(place, format!("layer `{}` ({}): {message}", node.name, node.op.name()))
                .help("take more examples")
        })?;
    }
    Ok(())
}

/// Puts the examples, their targets and the parameters into their places.
fn fill(cpu: &mut Cpu<f64>, plan: &Plan, model: &Model, examples: usize, weights: Option<&Weights>) {
    let (dataset, ports) = (model.dataset(), plan.ports);
    let chosen = &dataset.train[..examples];
    let wide = |values: &[f32]| values.iter().copied().map(f64::from).collect::<Vec<f64>>();
    let rows = |width: usize, value: &dyn Fn(usize) -> f64| {
        let places = chosen.iter().flat_map(|&example| (0..width).map(move |at| example as usize * width + at));
        places.map(value).collect::<Vec<f64>>()
    };
    cpu.write_reals(ports.data, 0, &rows(dataset.features(), &|at| f64::from(dataset.inputs.get(at))));
    let norm = &dataset.normalization;
    let affine: Vec<f32> = norm.scale.iter().zip(&norm.offset).flat_map(|(&scale, &offset)| [scale, offset]).collect();
    cpu.write_reals(ports.affine, 0, &wide(&affine));
    cpu.write_words(ports.order, 0, &(0..examples as u32).collect::<Vec<u32>>());
    match (&dataset.targets, model.loss().targets) {
        (data::Targets::Classes { labels, .. }, losses::Targets::Labels) => {
            let labels: Vec<u32> = chosen.iter().map(|&example| labels[example as usize]).collect();
            cpu.write_words(ports.targets, 0, &labels);
        }
        (data::Targets::Classes { labels, .. }, losses::Targets::Probabilities | losses::Targets::Values) => {
            let values = wide(&crate::train::as_values(labels, model.outputs()));
            cpu.write_reals(ports.targets, 0, &rows(model.outputs(), &|at| values[at]));
        }
        (data::Targets::Values { values, width }, _) => {
            cpu.write_reals(ports.targets, 0, &rows(*width, &|at| f64::from(values[at])));
        }
    }
    let parameters = weights.map_or_else(|| model.initial_parameters(), |weights| weights.parameters.clone());
    cpu.write_reals(ports.parameters, 0, &wide(&parameters));
    if let Some(running) = ports.running {
        let figures = weights.map_or_else(|| plan.initial_running(), |weights| weights.running.clone());
        cpu.write_reals(running, 0, &wide(&figures));
    }
}

/// The nodes without their numbers, and where those lie.
fn outline(model: &Model, plan: &Plan, trace: &Trace, examples: usize) -> (Vec<Node>, Vec<(Slice, usize)>) {
    let (graph, mut learned) = (model.graph(), plan.learned.iter());
    let (mut nodes, mut places, mut positions): (Vec<Node>, Vec<(Slice, usize)>, Vec<usize>) = (vec![], vec![], vec![]);
    let blank = |name: &str, kind: Kind, op: String, shape: &[usize]| Node {
        name: name.to_owned(),
        kind,
        op,
        inputs: vec![],
        shape: shape.to_vec(),
        u: vec![],
        g: None,
        parts: vec![],
        differences: None,
    };
    for (at, node) in graph.nodes.iter().enumerate() {
        let traced = &trace.nodes[at];
        let mut inputs: Vec<usize> = node.inputs.iter().map(|&input| positions[input]).collect();
        for parameter in node.op.parameters(&graph.input_shapes(at)) {
            let learned = learned.next().expect("the plan has every node's parameters");
            inputs.push(nodes.len());
            nodes.push(blank(&learned.name, Kind::Parameter, String::new(), &parameter.shape));
            places.push((learned.slice, traced.launches.start));
        }
        let kind = if at == 0 { Kind::Input } else { Kind::Layer };
        let activation = node.op.activation().filter(|_| !node.op.is_activation());
        let applied = activation.map_or(String::new(), |activation| format!(" + {}", activation.name));
        let shape = [&[examples], &node.shape[..]].concat();
        positions.push(nodes.len());
        nodes.push(Node { inputs, ..blank(&node.name, kind, format!("{}{applied}", node.op.name()), &shape) });
        places.push((traced.output, traced.launches.end));
    }
    let loss = blank("loss", Kind::Loss, model.loss().name.to_owned(), &[]);
    nodes.push(Node { inputs: vec![positions[graph.output]], ..loss });
    (nodes, places)
}
