//! A data set in memory: what every source yields and every device takes.

use super::error::DataError;
use super::features::FeatureMap;
use super::signature::{Fingerprint, Table};

/// Examples, what is to be said about them, and who is in which split.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// The source's name.
    pub name: String,
    /// The shape of one example: `[channels, height, width]` for pictures, `[columns]` for tables.
    pub shape: Vec<usize>,
    /// All examples one after the other, whatever split they are in.
    pub inputs: Inputs,
    /// What is to be predicted, in the same order.
    pub targets: Targets,
    /// The training examples, as indices into `inputs`, in the file's order.
    pub train: Vec<u32>,
    /// The development set, in the file's order.
    pub dev: Vec<u32>,
    /// The test set, in the file's order.
    pub test: Vec<u32>,
    /// How inputs are scaled on their way into the network.
    pub normalization: Normalization,
    /// Where the examples are from.
    pub origin: Origin,
}

/// Where examples are from: for messages about them, and to tell them from others.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Origin {
    /// The file, or the data set's name.
    pub file: String,
    /// The line in it of each example; empty where that is the example's number, from 1.
    pub lines: Vec<u64>,
    /// The columns of a table.
    pub table: Option<Table>,
    /// What their numbers were mapped by.
    pub map: Option<FeatureMap>,
    /// What tells the examples from others, with those that no split has.
    pub fingerprint: Option<Fingerprint>,
}

impl Origin {
    /// An error about one example.
    pub fn error(&self, example: usize, message: impl Into<String>) -> DataError {
        let row = self.lines.get(example).copied().unwrap_or(example as u64 + 1);
        DataError::new(self.file.as_str(), message).row(row)
    }
}

/// The numbers of all examples, `[examples, features]`.
#[derive(Clone, Debug, PartialEq)]
pub enum Inputs {
    /// Pictures, as they lie in the file: a quarter of the memory.
    Bytes {
        /// The pixels.
        values: Vec<u8>,
        /// The largest that a pixel can be: 255, or 16 for the digits.
        maximum: f32,
    },
    /// Tables.
    Floats(Vec<f32>),
}

/// What is to be predicted.
#[derive(Clone, Debug, PartialEq)]
pub enum Targets {
    /// One of so many classes.
    Classes {
        /// Each below `count`.
        labels: Vec<u32>,
        /// How many classes there are.
        count: usize,
        /// What they are called, where that is known.
        names: Option<Vec<String>>,
    },
    /// Numbers, `[examples, width]`.
    Values {
        /// The numbers.
        values: Vec<f32>,
        /// How many belong to one example.
        width: usize,
    },
}

/// The network sees `value · scale[f / plane] + offset[f / plane]` for the feature `f` of an
/// example: one scale a channel of pictures, one a column of tables (`plane` 1).
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Normalization {
    /// Factors.
    pub scale: Vec<f32>,
    /// Added after the factor.
    pub offset: Vec<f32>,
    /// How many neighbouring features share a factor.
    pub plane: usize,
}

impl Inputs {
    /// How many numbers there are in all.
    pub fn len(&self) -> usize {
        match self {
            Inputs::Bytes { values, .. } => values.len(),
            Inputs::Floats(values) => values.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether so many examples have the same inputs throughout.
    pub(crate) fn are_all_the_same(&self, examples: usize) -> bool {
        fn same<T: PartialEq>(values: &[T], features: usize) -> bool {
            let (first, others) = values.split_at(features);
            others.chunks(features).all(|other| other == first)
        }
        let features = self.len() / examples.max(1);
        examples > 1
            && features > 0
            && match self {
                Inputs::Bytes { values, .. } => same(values, features),
                Inputs::Floats(values) => same(values, features),
            }
    }

    /// The inputs of these examples alone, each of so many features.
    pub(super) fn of(&self, examples: &[u32], features: usize) -> Inputs {
        match self {
            Inputs::Bytes { values, maximum } => {
                Inputs::Bytes { values: rows(values, examples, features), maximum: *maximum }
            }
            Inputs::Floats(values) => Inputs::Floats(rows(values, examples, features)),
        }
    }

    /// The number at `index`, as it is in the file.
    pub fn get(&self, index: usize) -> f32 {
        match self {
            Inputs::Bytes { values, .. } => f32::from(values[index]),
            Inputs::Floats(values) => values[index],
        }
    }
}

impl Targets {
    /// How many examples have one.
    pub fn len(&self) -> usize {
        match self {
            Targets::Classes { labels, .. } => labels.len(),
            Targets::Values { values, width } => values.len() / width,
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The targets of these examples alone.
    pub(super) fn of(&self, examples: &[u32]) -> Targets {
        match self {
            Targets::Classes { labels, count, names } => {
                Targets::Classes { labels: rows(labels, examples, 1), count: *count, names: names.clone() }
            }
            Targets::Values { values, width } => {
                Targets::Values { values: rows(values, examples, *width), width: *width }
            }
        }
    }

    /// How many outputs a network needs for them: one a class, or one a number.
    pub fn width(&self) -> usize {
        match self {
            Targets::Classes { count, .. } => *count,
            Targets::Values { width, .. } => *width,
        }
    }
}

impl Dataset {
    /// How many examples there are, all splits together.
    pub fn examples(&self) -> usize {
        self.targets.len()
    }

    /// Without the examples that are in no split, which `train_limit` left out: they would take up a
    /// device's memory.
    pub(super) fn compact(mut self) -> Dataset {
        let mut used = [&self.train[..], &self.dev, &self.test].concat();
        if used.len() == self.examples() {
            return self;
        }
        used.sort_unstable();
        (self.inputs, self.targets) = (self.inputs.of(&used, self.features()), self.targets.of(&used));
        let lines = &self.origin.lines;
        self.origin.lines = match lines.is_empty() {
            true => used.iter().map(|&example| u64::from(example) + 1).collect(),
            false => rows(lines, &used, 1),
        };
        for example in [&mut self.train, &mut self.dev, &mut self.test].into_iter().flatten() {
            *example = used.binary_search(example).expect("every split's examples are used") as u32;
        }
        self
    }

    /// How many numbers one example has.
    pub fn features(&self) -> usize {
        self.shape.iter().product()
    }

    /// Writes the normalized inputs of one example to `output`, which has `features()` places.
    pub fn normalized(&self, example: u32, output: &mut [f32]) {
        let Normalization { scale, offset, plane } = &self.normalization;
        let first = example as usize * self.features();
        for (feature, output) in output.iter_mut().enumerate() {
            let group = feature / plane;
            *output = self.inputs.get(first + feature) * scale[group] + offset[group];
        }
    }
}

/// These rows of so many elements, one after the other.
fn rows<T: Copy>(values: &[T], rows: &[u32], width: usize) -> Vec<T> {
    rows.iter().flat_map(|&row| &values[row as usize * width..][..width]).copied().collect()
}

/// What so many classes are called that have no other names.
pub(super) fn numbers(count: usize) -> Vec<String> {
    (0..count).map(|class| class.to_string()).collect()
}

/// More classes than this are no classes, unless it is known how many there are.
const CLASSES: usize = 1 << 16;

/// The class that a number is, below the number of them where that is known.
pub(super) fn label_of(number: f32, limit: Option<usize>) -> Result<u32, String> {
    if number.fract() == 0.0 && number >= 0.0 && number < limit.unwrap_or(CLASSES) as f32 {
        return Ok(number as u32);
    }
    let below = match limit {
        Some(limit) => format!("below {limit}, the number of classes"),
        None => format!("below {CLASSES}, unless data.classes says how many there are"),
    };
    Err(format!("{number} is no class: with a categorical loss, targets are whole numbers from 0, {below}"))
}
