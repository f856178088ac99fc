//! What every source of data offers.

use super::dataset::{Inputs, Origin, Targets};
use super::error::DataError;
use super::made::Made;
use super::signature::{Predicted, Signature};
use crate::config::DataConfig;

/// A source of data, as `data.source` names it.
#[derive(Debug)]
pub struct Source {
    /// The name in configs.
    pub name: &'static str,
    /// One line for the help.
    pub doc: &'static str,
    /// Whether it yields pictures of bytes, which `normalize = "unit"` needs; `None` where only its
    /// files tell.
    pub pictures: Option<bool>,
    /// Which of [`crate::config::OWN_KEYS`] it reads.
    pub keys: &'static [&'static str],
    /// What is known before it is read, by the config.
    pub known: fn(&DataConfig) -> Option<Known>,
    /// How its examples are made up; none where they are read from files.
    pub made: Option<&'static Made>,
    /// Reads the examples.
    pub load: fn(&Request<'_>) -> Result<Examples, DataError>,
}

/// What is known of a source whose files are always the same, or that has none.
#[derive(Debug)]
pub struct Known {
    /// The shape of an example.
    pub shape: Vec<usize>,
    /// What is to be predicted.
    pub targets: Predicted,
    /// Examples, those of a test set included.
    pub examples: usize,
    /// Those of the examples that are its own test set.
    pub test: Option<usize>,
}

impl Known {
    /// Pictures of so many classes, which have no names.
    pub(super) fn pictures(shape: [usize; 3], classes: usize, examples: usize, test: Option<usize>) -> Option<Known> {
        let targets = Predicted::Classes { count: classes, names: None };
        Some(Known { shape: shape.to_vec(), targets, examples, test })
    }
}

impl Source {
    /// The source of this name.
    pub fn named(name: &str) -> Option<&'static Source> {
        super::ALL.iter().find(|source| source.name == name)
    }
}

/// What a source is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The config's section.
    pub config: &'a DataConfig,
    /// Whether targets are classes where the files leave that open.
    pub categorical: bool,
    /// For sources that make their data up.
    pub seed: u64,
    /// What a run knows of its data, where the examples are for its network.
    pub known: Option<&'a Signature>,
}

impl Request<'_> {
    /// How many classes there are, where that is known before the labels are read: each is below that.
    pub fn classes(&self) -> Option<usize> {
        let number = |name: &String| name.parse().ok().and_then(|number: usize| number.checked_add(1));
        self.config.classes.or_else(|| match &self.known?.targets {
            Predicted::Classes { count, names: None } => Some(*count),
            // Labels that do not count from 0 are the names of their classes.
            Predicted::Classes { names: Some(names), .. } => names.last().and_then(number),
            Predicted::Values { .. } => None,
        })
    }
}

/// What a source yields: the examples without splits or scaling.
#[derive(Clone, Debug, PartialEq)]
pub struct Examples {
    /// The shape of one example.
    pub shape: Vec<usize>,
    /// The inputs of all, those of the test set last.
    pub inputs: Inputs,
    /// The targets in the same order.
    pub targets: Targets,
    /// How many examples at the end are the source's own test set; `None` where it has none, and
    /// one is to be held out.
    pub test: Option<usize>,
    /// Where they are from, as far as the source says more than `data.path`.
    pub origin: Origin,
}
