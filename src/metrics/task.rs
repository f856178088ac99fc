//! What is measured: predictions of a kind, and what they are to be.

use crate::{
    config::printable,
    data::Predicted,
    losses::{Link, Loss},
    real::Real,
};

/// What predictions are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Probabilities of classes of which one is right.
    Multiclass,
    /// The probability of the second of two classes.
    Binary,
    /// Probabilities, each by itself.
    Multilabel,
    /// Numbers.
    Regression,
}

/// What is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// What predictions are.
    pub kind: Kind,
    /// From outputs to predictions.
    pub link: Link,
    /// Of the classes or outputs; both classes' names where one output tells two apart.
    pub names: Vec<String>,
}

/// One example: predictions and their target.
#[derive(Clone, Copy, Debug)]
pub struct Example<'e> {
    /// One number an output.
    pub predictions: &'e [f64],
    /// The target.
    pub target: Target<'e>,
}

/// A target.
#[derive(Clone, Copy, Debug)]
pub enum Target<'e> {
    /// This class, among [`Kind::Multiclass`].
    Class(usize),
    /// A value for every output.
    Values(&'e [f64]),
}

impl Kind {
    /// What so many outputs are under a loss.
    pub fn of(loss: &Loss, outputs: usize) -> Kind {
        match loss.link {
            Link::Softmax => Kind::Multiclass,
            Link::Sigmoid if outputs == 1 => Kind::Binary,
            Link::Sigmoid => Kind::Multilabel,
            Link::Identity => Kind::Regression,
        }
    }

    /// What outputs can be under a loss, however many there are.
    pub fn possible(loss: &Loss) -> [Kind; 2] {
        [1, 2].map(|outputs| Kind::of(loss, outputs))
    }
}

impl Task {
    /// What so many outputs are under a loss over such targets.
    pub fn of(loss: &Loss, targets: &Predicted, outputs: usize) -> Task {
        let (count, names) = match targets {
            Predicted::Classes { count, names } => (*count, names.as_ref()),
            Predicted::Values { width } => (*width, None),
        };
        let numbers = |count: usize| (0..count).map(|at| at.to_string()).collect();
        // Names may go to a terminal, and folders may be called anything.
        let names =
            || names.cloned().map_or_else(|| numbers(count), |names| names.into_iter().map(printable).collect());
        let kind = Kind::of(loss, outputs);
        let names = match kind {
            Kind::Multiclass => names(),
            Kind::Binary if count == 2 => names(),
            Kind::Binary => numbers(2),
            Kind::Multilabel | Kind::Regression if outputs == count => names(),
            Kind::Multilabel | Kind::Regression => numbers(outputs),
        };
        Task { kind, link: loss.link, names }
    }

    /// Numbers that are predicted of an example.
    pub fn outputs(&self) -> usize {
        if self.kind == Kind::Binary { 1 } else { self.names.len() }
    }
}

impl Example<'_> {
    /// The class that is predicted and the one that is right; a probability above ½ is a yes.
    pub fn classes(&self) -> (usize, usize) {
        match self.target {
            Target::Class(class) => (first_largest(self.predictions), class),
            Target::Values(values) => (usize::from(self.predictions[0] > 0.5), usize::from(values[0] > 0.5)),
        }
    }

    /// Each output's prediction and target, where targets are values.
    pub fn pairs(&self) -> impl Iterator<Item = (f64, f64)> {
        let values = if let Target::Values(values) = self.target { values } else { &[] };
        self.predictions.iter().copied().zip(values.iter().copied())
    }
}

/// The first of the largest, which is what accuracy counts. Without a largest, as among NaN, it is the first.
pub(crate) fn first_largest<T: Real>(values: &[T]) -> usize {
    let largest = values.iter().copied().fold(T::neg_infinity(), T::max);
    values.iter().position(|&x| x == largest).unwrap_or(0)
}
