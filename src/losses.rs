//! The losses: negative log-likelihoods of the output distributions.

use crate::kernels::{self, Kernel};

/// A distribution that the network's outputs parametrise, and its negative log-likelihood.
pub struct Loss {
    /// The distribution, as configs name it.
    pub name: &'static str,
    /// Forward and gradient in one launch.
    pub kernel: &'static Kernel,
    /// What it wants of the data.
    pub targets: Targets,
    /// Whether the share of right answers means something.
    pub accuracy: bool,
}

/// What a loss is told of each example.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Targets {
    /// A class.
    Labels,
    /// A value for every output.
    Values,
}

/// Every loss.
pub const ALL: &[&Loss] = &[&NORMAL, &BERNOULLI, &CATEGORICAL];

/// Normal distribution of fixed variance: mean squared error, mean over batch and outputs, no ½.
pub const NORMAL: Loss =
    Loss { name: "normal", kernel: &kernels::loss::NORMAL, targets: Targets::Values, accuracy: false };

/// Bernoulli distribution with a sigmoid: nats per example, summed over the outputs.
pub const BERNOULLI: Loss =
    Loss { name: "bernoulli", kernel: &kernels::loss::BERNOULLI, targets: Targets::Values, accuracy: true };

/// Categorical distribution with a softmax: nats per example.
pub const CATEGORICAL: Loss =
    Loss { name: "categorical", kernel: &kernels::loss::CATEGORICAL, targets: Targets::Labels, accuracy: true };

/// The loss of this name.
pub fn named(name: &str) -> Option<&'static Loss> {
    ALL.iter().find(|loss| loss.name == name).copied()
}

impl std::fmt::Debug for Loss {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
