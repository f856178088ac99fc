//! What a metric comes to: a number, one for each class or output, or a matrix.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{Metric, Task};

/// What a metric comes to. What has no value is `None`.
#[derive(Clone, Debug, PartialEq)]
pub enum Score {
    /// A number.
    Number(Option<f64>),
    /// A number for each class or output.
    Each {
        /// Over those that have a value.
        mean: Option<f64>,
        /// What they are called.
        names: Vec<String>,
        /// Their values.
        values: Vec<Option<f64>>,
    },
    /// How many examples of a class (first) were taken for a class (second); those that occur.
    Matrix {
        /// What the classes are called.
        names: Vec<String>,
        /// From both classes' numbers.
        counts: BTreeMap<(usize, usize), u64>,
    },
}

/// A metric's score by its name.
#[derive(Clone, Debug)]
pub struct Scored {
    /// The metric.
    pub metric: &'static Metric,
    /// Its name with its number, as `top_5`.
    pub key: String,
    /// What it comes to.
    pub score: Score,
}

/// Up to so many classes, a matrix is written whole.
const WHOLE: usize = 1000;
/// Names that a message lists at most.
const NAMED: usize = 10;

impl Score {
    /// A value for each output, and their mean; a single one is just a number.
    pub fn each(task: &Task, values: Vec<Option<f64>>) -> Score {
        if task.outputs() == 1 {
            return Score::Number(values[0]);
        }
        let known: Vec<f64> = values.iter().flatten().copied().collect();
        let mean = (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64);
        Score::Each { mean, names: task.names.clone(), values }
    }

    /// One number for all of it: a line's, a curve's.
    pub fn number(&self) -> Option<f64> {
        match self {
            Score::Number(number) => *number,
            Score::Each { mean, .. } => *mean,
            Score::Matrix { .. } => None,
        }
    }
}

impl Scored {
    /// What of it has no value and why, in a line.
    pub fn undefined(&self) -> Option<String> {
        let (key, why) = (&self.key, self.metric.undefined);
        match &self.score {
            Score::Number(None) => Some(format!("{key} has no value ({why})")),
            Score::Each { names, values, .. } => {
                let without: Vec<&str> =
                    names.iter().zip(values).filter(|(_, value)| value.is_none()).map(|(name, _)| &name[..]).collect();
                let (none, of) = (without.len(), names.len());
                let more = if none > NAMED { ", …" } else { "" };
                let list = without[..none.min(NAMED)].join(", ") + more;
                let rest = if none < of { "; its mean is over the others" } else { "" };
                (none > 0).then(|| format!("{key} has no value for {none} of {of}: {list} ({why}){rest}"))
            }
            _ => None,
        }
    }
}

/// A number or null; `{"mean": …, "each": {"cat": …}}`; `{"classes": […], "counts": [[…]]}` with a row for each class
/// that is right, or of more than a thousand classes `{"pairs": [["cat", "dog", 3]]}`.
impl Serialize for Score {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Score::Number(number) => number.serialize(serializer),
            Score::Each { mean, names, values } => {
                let each: BTreeMap<&String, &Option<f64>> = names.iter().zip(values).collect();
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("mean", mean)?;
                map.serialize_entry("each", &each)?;
                map.end()
            }
            Score::Matrix { names, counts } if names.len() <= WHOLE => {
                let row = |right| (0..names.len()).map(move |taken| counts.get(&(right, taken)).copied().unwrap_or(0));
                let rows: Vec<Vec<u64>> = (0..names.len()).map(|right| row(right).collect()).collect();
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("classes", names)?;
                map.serialize_entry("counts", &rows)?;
                map.end()
            }
            Score::Matrix { names, counts } => {
                let pair = |(&(right, taken), count)| (&names[right], &names[taken], count);
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("pairs", &counts.iter().map(pair).collect::<Vec<_>>())?;
                map.end()
            }
        }
    }
}
