//! The losses: negative log-likelihoods of the output distributions. To add one, write its kernel, its const and its
//! place in [`ALL`].

use crate::{
    activations::logistic,
    config::{Error, ModelConfig},
    kernels::{self, Kernel},
};

/// A distribution that the network's outputs parametrise, and its negative log-likelihood.
pub struct Loss {
    /// The distribution, as configs name it.
    pub name: &'static str,
    /// Forward and gradient in one launch.
    pub kernel: &'static Kernel,
    /// What it wants of the data.
    pub targets: Targets,
    /// From the outputs to the distribution's mean.
    pub link: Link,
    /// Whether the share of right answers means something.
    pub accuracy: bool,
}

/// What a loss is told of each example.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Targets {
    /// A class.
    Labels,
    /// A value from 0 to 1 for every output.
    Probabilities,
    /// A value for every output.
    Values,
}

/// A link: from the network's outputs to predictions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Link {
    /// The outputs are the predictions.
    Identity,
    /// A probability of every output.
    Sigmoid,
    /// Probabilities of the outputs, of which one is right.
    Softmax,
}

/// Every loss.
pub const ALL: &[&Loss] = &[&NORMAL, &BERNOULLI, &CATEGORICAL];

/// Normal distribution of fixed variance: mean squared error, mean over batch and outputs, no ½.
pub const NORMAL: Loss = Loss {
    name: "normal",
    kernel: &kernels::loss::NORMAL,
    targets: Targets::Values,
    link: Link::Identity,
    accuracy: false,
};

/// Bernoulli distribution with a sigmoid: nats per example, summed over the outputs.
pub const BERNOULLI: Loss = Loss {
    name: "bernoulli",
    kernel: &kernels::loss::BERNOULLI,
    targets: Targets::Probabilities,
    link: Link::Sigmoid,
    accuracy: true,
};

/// Categorical distribution with a softmax: nats per example.
pub const CATEGORICAL: Loss = Loss {
    name: "categorical",
    kernel: &kernels::loss::CATEGORICAL,
    targets: Targets::Labels,
    link: Link::Softmax,
    accuracy: true,
};

/// The loss of this name.
pub fn named(name: &str) -> Option<&'static Loss> {
    ALL.iter().find(|loss| loss.name == name).copied()
}

/// The loss of a model.
///
/// # Errors
/// An unknown one, with the nearest right name.
pub fn of(model: &ModelConfig) -> Result<&'static Loss, Error> {
    let names: Vec<&str> = ALL.iter().map(|loss| loss.name).collect();
    named(&model.loss).ok_or_else(|| Error::choice(&model.loss_place, "loss", &model.loss, &names))
}

impl Loss {
    /// Whether it wants classes where data leave open what their targets are.
    pub fn labels(&self) -> bool {
        self.targets == Targets::Labels
    }
}

impl Link {
    /// The function, as ops and activations name it; none where there is nothing to apply.
    pub fn function(self) -> Option<&'static str> {
        match self {
            Link::Identity => None,
            Link::Sigmoid => Some("sigmoid"),
            Link::Softmax => Some("softmax"),
        }
    }

    /// Whether predictions are probabilities.
    pub fn probabilities(self) -> bool {
        self.function().is_some()
    }

    /// From an example's outputs to predictions.
    pub fn apply(self, outputs: &[f32], predictions: &mut Vec<f64>) {
        predictions.clear();
        predictions.extend(outputs.iter().map(|&x| f64::from(x)));
        match self {
            Link::Identity => {}
            Link::Sigmoid => predictions.iter_mut().for_each(|x| *x = logistic(*x)),
            Link::Softmax => {
                let largest = predictions.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                predictions.iter_mut().for_each(|x| *x = (*x - largest).exp());
                let sum: f64 = predictions.iter().sum();
                predictions.iter_mut().for_each(|x| *x /= sum);
            }
        }
    }
}

impl std::fmt::Debug for Loss {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
