//! Every node over many shapes and settings: outputs, gradients and running figures of a whole step on
//! a device against the CPU twins in f64, and the same networks' gradients against finite differences.
//!
//! Parity proves that a launch is right; here it is proven that a node's launches are right together,
//! forward and backward, as the plan binds and fuses them.

use super::{
    network::{Network, Probe},
    verdict::Verdict,
};
use crate::{
    activations,
    config::Config,
    cpu::Cpu,
    device::{Device, Error, Executor},
    graph::{Graph, show},
    kernels::Access,
    losses,
    ops::{
        self,
        setting::{Examples, Setting, kinked, over},
    },
    plan::{Plan, Program, Slice},
};

/// Executions of each case.
const EXECUTIONS: usize = 3;

/// The largest error that is allowed, in units of ε·√K·(1 + |value|), where ε is that of f32 and K the most
/// terms that a launch of the step sums into one value: what kernels of some operations are allowed alone,
/// since the inputs are small and few layers carry an error on.
const TOLERANCE: f64 = 8.0;

/// A node with its settings.
pub struct Node {
    /// The op's name in configs.
    pub name: &'static str,
    settings: &'static [Setting],
}

/// An activation alone, above and below others that are fused with it, and where it forks.
const ELEMENTWISE: &[Setting] = &[
    over(&[1], ""),
    over(&[7], ""),
    over(&[31], ""),
    over(&[257], ""),
    over(&[3, 5], ""),
    over(&[2, 3, 4], ""),
    over(&[1, 2, 3, 1], ""),
    over(&[64], ""),
    over(&[5, 13], ""),
    over(&[6], "{ op = 'dense', units = 5 }, { @ }"),
    over(&[5], "{ @ }, { op = 'dense', units = 4 }"),
    over(&[4], "{ @, name = 'a' }, { op = 'multiply', inputs = ['a', 'input', 'a'] }"),
    over(&[4], "{ @, name = 'a' }, { op = 'dense', units = 4, name = 'b' }, { op = 'add', inputs = ['a', 'b'] }"),
    over(&[2, 4, 3], "{ @ }, { op = 'max_pool2d', kernel = 2, stride = 1 }, { @ }"),
    over(&[2, 6], "{ op = 'batch_norm' }, { @ }, { op = 'flatten' }, { @ }"),
    kinked(&[61], ""),
    kinked(&[2, 3, 5], "{ @ }, { @ }"),
];

/// (examples in the batch, rows of the plan), which the settings take in turn: a last batch is smaller.
const BATCHES: [(usize, usize); 7] = [(4, 5), (1, 3), (3, 3), (1, 1), (2, 7), (5, 5), (6, 8)];

/// The nodes of every op and every activation.
pub fn every_node() -> Vec<Node> {
    let own = |kind: &ops::Kind| Node { name: kind.name, settings: kind.settings };
    let elementwise =
        |activation: &&'static activations::Activation| Node { name: activation.name, settings: ELEMENTWISE };
    ops::ALL.iter().map(own).chain(activations::ALL.iter().map(elementwise)).collect()
}

impl Node {
    /// The networks of all settings.
    pub fn networks(&self) -> Vec<Network> {
        self.settings.iter().enumerate().map(|(at, setting)| self.network(at, setting)).collect()
    }

    fn network(&self, at: usize, setting: &Setting) -> Network {
        let (batch, rows) = BATCHES[at % BATCHES.len()];
        let op = format!("op = \"{}\"", self.name);
        let layers = match setting.layers {
            "" => format!("{{ {op} }}"),
            keys if !keys.starts_with('{') => format!("{{ {op}, {keys} }}"),
            layers => layers.replace('@', &op),
        };
        let text = format!(
            "[data]\nsource = \"digits\"\n[model]\nloss = \"bernoulli\"\nlayers = [{layers}]\n\
             [optimizer]\ntype = \"sgd\"\nlearning_rate = 1.0\n"
        );
        let config = Config::read(self.name, &text, &[]).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let graph = Graph::build(&config.model, setting.shape).unwrap_or_else(|error| panic!("{error}\n{text}"));
        Network {
            name: format!("{batch}/{rows} x {} {}", show(setting.shape), setting.layers),
            graph,
            // Its gradients are about 1 a row whatever the number of outputs, so that no error hides in
            // small numbers.
            loss: &losses::BERNOULLI,
            examples: setting.examples,
            batch,
            rows,
        }
    }

    /// Runs every setting's training and evaluation step on a device, three times.
    ///
    /// # Errors
    /// The device fails; a case that is over its tolerance is a verdict, not an error.
    pub async fn compare(&self, device: &Device) -> Result<Verdict, Error> {
        let mut verdict = Verdict::new(self.name, "node");
        for network in self.networks() {
            let probe = Probe::new(&network);
            let expected = twins(&probe);
            let mut executor = Executor::new(device, probe.plan.clone()).await?;
            let mut runs = vec![];
            for _ in 0..EXECUTIONS {
                runs.push(execute(&mut executor, &probe).await?);
            }
            if runs.iter().any(|run| bits(run) != bits(&runs[0])) {
                verdict.fail(&network.name, "two executions differ".into());
                continue;
            }
            verdict.add(&network.name, worst(&probe, &runs[0], &expected), "off the CPU twins");
        }
        Ok(verdict)
    }

    /// Compares the gradients of every setting, but for those at kinks, with finite differences.
    pub fn differences(&self) -> Verdict {
        let mut verdict = Verdict::new(&format!("{}, every setting", self.name), "gradient");
        for network in self.networks().iter().filter(|network| network.examples != Examples::Kinks) {
            let worst = network.worst_differences().into_iter().map(|(_, error)| error).fold(0.0, f64::max);
            verdict.add(&network.name, worst, "off the difference");
        }
        verdict
    }
}

fn bits(run: &[Vec<f64>]) -> Vec<u64> {
    run.iter().flatten().map(|value| value.to_bits()).collect()
}

/// What a step leaves behind: every gradient, the running figures, the loss, and the output of an
/// evaluation step after it.
fn results(plan: &Plan) -> Vec<Slice> {
    let ports = plan.ports;
    let gradients = plan.learned.iter().map(|learned| Slice { buffer: ports.gradients, ..learned.slice });
    let running = plan.running.iter().map(|running| running.slice);
    gradients.chain(running).chain(ports.input_gradient).chain([loss(plan), ports.output]).collect()
}

/// The figures of the only step: its loss, without the right answers, of which a rounding may make wrong ones.
fn loss(plan: &Plan) -> Slice {
    Slice { buffer: plan.ports.statistics, offset: 0, length: 1, stride: 0 }
}

/// Which program leaves a result behind.
fn program(plan: &Plan, slice: Slice) -> Program {
    if slice == plan.ports.output { Program::Evaluate } else { Program::Train }
}

fn twins(probe: &Probe) -> Vec<Vec<f64>> {
    let mut cpu = Cpu::<f64>::new(probe.plan.clone());
    probe.fill_twins(&mut cpu);
    let mut found = vec![];
    for (at, slice) in results(&probe.plan).into_iter().enumerate() {
        let program = program(&probe.plan, slice);
        if at == 0 || program == Program::Evaluate {
            cpu.run(program, std::slice::from_ref(&probe.step));
        }
        found.push(cpu.reals(slice.buffer)[slice.offset..][..slice.length].to_vec());
    }
    found
}

async fn execute(executor: &mut Executor, probe: &Probe) -> Result<Vec<Vec<f64>>, Error> {
    let plan = &probe.plan;
    probe.fill(executor);
    // What the step leaves unwritten stays NaN, and fails.
    for learned in &plan.learned {
        executor.write_reals(plan.ports.gradients, learned.slice.offset, &vec![f32::NAN; learned.slice.length]);
    }
    let mut found = vec![];
    for (at, slice) in results(plan).into_iter().enumerate() {
        let program = program(plan, slice);
        if at == 0 || program == Program::Evaluate {
            executor.run(program, std::slice::from_ref(&probe.step)).await?;
        }
        let values = executor.read_reals(slice.buffer, slice.offset, slice.length).await?;
        found.push(values.into_iter().map(f64::from).collect());
    }
    Ok(found)
}

/// The largest error of all results as a share of what is allowed, with NaN above all.
fn worst(probe: &Probe, actual: &[Vec<f64>], expected: &[Vec<f64>]) -> f64 {
    let (terms, loss) = (terms(&probe.plan), loss(&probe.plan));
    let mut worst = 0.0;
    for (slice, (actual, expected)) in results(&probe.plan).into_iter().zip(actual.iter().zip(expected)) {
        // The loss sums all outputs of all rows.
        let terms = if slice == loss { terms.max(probe.plan.ports.output.length as f64) } else { terms };
        let allowed = TOLERANCE * f64::from(f32::EPSILON) * terms.sqrt();
        for (a, e) in actual.iter().zip(expected) {
            let error = (a - e).abs() / (allowed * (1.0 + e.abs()));
            worst = if error.is_nan() || worst < error { error } else { worst };
        }
    }
    worst
}

/// The most terms that a launch of the training step sums into one value: half of its operations, for
/// each value that it writes.
fn terms(plan: &Plan) -> f64 {
    let of = |launch: &crate::plan::Launch| {
        let written = launch.kernel.bindings.iter().zip(&launch.bindings);
        let written = written.filter(|(binding, _)| binding.access == Access::Write).filter_map(|(_, slice)| *slice);
        let largest = written.map(|slice| slice.length).max().unwrap_or(1).max(1);
        launch.cost().flops as f64 / 2.0 / largest as f64
    };
    plan.train.iter().map(of).fold(1.0, f64::max)
}
