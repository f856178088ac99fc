//! Every backward pass against central differences of its forward pass, in f64 on the CPU twins:
//! small networks that contain each node and end in each loss.

use super::{
    gradients_conv,
    layers::{Layer, check_over, dense},
    network::{Network, Probe},
    nodes,
    verdict::Verdict,
};
use crate::{
    activations,
    cpu::Cpu,
    graph::INPUT,
    kernels::statistics::FIGURES,
    losses::{self, Loss},
    ops::{Op, activate::Activate, dense::Dense, flatten::Flatten, identity::Identity, setting::Examples},
    plan::{Program, Slice},
};

/// Central differences of fourth order step this far, and twice as far; their own error is then about 1e-12 of the
/// loss.
const STEP: f64 = 1e-4;

/// The largest relative error of a gradient that is allowed.
const TOLERANCE: f64 = 1e-6;

/// A network for every node and every loss.
pub fn checks() -> Vec<Network> {
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
    checks.extend(gradients_conv::checks());
    checks.extend(nodes::checks());
    checks
}

fn check(name: &str, loss: &'static Loss, layers: Vec<Layer>) -> Network {
    check_over(&[2, 3], name, loss, layers)
}

impl Network {
    /// Compares every parameter's gradient, and the input's, with central differences of the loss.
    pub fn differences(&self) -> Verdict {
        let mut verdict = Verdict::new(&self.name, "gradient");
        for (what, error) in self.worst_differences() {
            verdict.add(&what, error, "off the difference");
        }
        verdict
    }

    /// The largest error of each parameter's gradient and of the input's, as a share of what is allowed.
    pub(super) fn worst_differences(&self) -> Vec<(String, f64)> {
        let mut slope = Slope::new(self);
        slope.loss();
        let plan = slope.probe.plan.clone();
        let gradients = slope.cpu.reals(plan.ports.gradients).to_vec();
        let mut worst = vec![];
        for learned in &plan.learned {
            let places = learned.slice.offset..learned.slice.offset + learned.slice.length;
            let errors = places.map(|at| error(gradients[at], slope.difference(plan.ports.parameters, at)));
            worst.push((learned.name.clone(), errors.fold(0.0, f64::max) / TOLERANCE));
        }
        if matches!(self.examples, Examples::Words(_)) {
            return worst;
        }
        // The batch takes examples in order, unscaled: its gradient is that of the data.
        let slice: Slice = plan.ports.input_gradient.expect("it was asked for");
        slope.loss();
        let gradients = slope.cpu.reals(slice.buffer)[..slice.length].to_vec();
        let errors = (0..slice.length).map(|at| error(gradients[at], slope.difference(plan.ports.data, at)));
        worst.push(("input".into(), errors.fold(0.0, f64::max) / TOLERANCE));
        worst
    }
}

fn error(actual: f64, expected: f64) -> f64 {
    let error = (actual - expected).abs() / (1e-2 + expected.abs());
    if error.is_nan() { f64::INFINITY } else { error }
}

/// A network on the twins, ready to be asked for its loss.
struct Slope {
    probe: Probe,
    cpu: Cpu<f64>,
}

impl Slope {
    fn new(network: &Network) -> Self {
        let probe = Probe::new(network);
        let mut cpu = Cpu::new(probe.plan.clone());
        probe.fill_twins(&mut cpu);
        Slope { probe, cpu }
    }

    /// The mean loss of the batch; leaves its gradients in their places.
    fn loss(&mut self) -> f64 {
        self.cpu.run(Program::Train, std::slice::from_ref(&self.probe.step));
        self.cpu.reals(self.probe.plan.ports.statistics)[..FIGURES][0] / f64::from(self.probe.step.rows)
    }

    fn difference(&mut self, buffer: usize, at: usize) -> f64 {
        let value = self.cpu.reals(buffer)[at];
        let mut side = |distance: f64| {
            self.cpu.reals_mut(buffer)[at] = value + distance;
            self.loss()
        };
        let [near, far] = [STEP, 2.0 * STEP].map(|step| side(step) - side(-step));
        self.cpu.reals_mut(buffer)[at] = value;
        // Of fourth order, so that the step may be long beside the rounding of a large loss.
        (8.0 * near - far) / (12.0 * STEP)
    }
}
