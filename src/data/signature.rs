//! What a network has to know of the data that it was trained on to be given other examples: a run keeps
//! it, so that the data set itself may be gone.

use serde::{Deserialize, Serialize};

use super::dataset::{Dataset, Inputs, Normalization, Origin, Targets};
use super::error::DataError;
use super::features::FeatureMap;

/// Numbers of an example, classes, and values to predict at most: a gigabyte of either.
const MOST: usize = 1 << 28;

/// The shape and scale of examples, and what the outputs mean.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signature {
    /// The data set's name.
    pub name: String,
    /// The shape of one example in its file: `[channels, height, width]` for pictures, `[columns]` for tables.
    pub shape: Vec<usize>,
    /// The largest that a pixel can be; none for other numbers.
    pub maximum: Option<f32>,
    /// How inputs are scaled on their way into the network.
    pub normalization: Normalization,
    /// What is predicted.
    pub targets: Predicted,
    /// The columns of a table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<Table>,
    /// What the columns are mapped to before they are scaled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub map: Option<FeatureMap>,
    /// What tells the examples from others; runs of old have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<Fingerprint>,
}

/// The columns of a table, as a run was trained on them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// What stood between them.
    pub delimiter: char,
    /// Whether the first row named them.
    pub header: bool,
    /// Those names, in the order in which the network takes the columns; none without a header.
    pub inputs: Vec<String>,
    /// The target's name.
    pub target: Option<String>,
    /// The place of the target's column, from 0.
    pub position: usize,
}

/// What tells examples from others, and how they were split.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// How many there are, those included that `data.train_limit` left out.
    pub examples: usize,
    /// Of all inputs and targets.
    pub hash: u32,
    /// How many train, choose and test.
    pub splits: [usize; 3],
    /// Of which example is in which split.
    pub splits_hash: u32,
}

/// What is predicted of an example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Predicted {
    /// One of so many classes.
    Classes {
        /// How many classes there are.
        count: usize,
        /// What they are called, where that is known.
        names: Option<Vec<String>>,
    },
    /// Numbers.
    Values {
        /// How many belong to one example.
        width: usize,
    },
}

impl Predicted {
    /// How many classes or numbers.
    pub fn width(&self) -> usize {
        match self {
            Predicted::Classes { count, .. } => *count,
            Predicted::Values { width } => *width,
        }
    }
}

impl Signature {
    /// That of a data set.
    pub fn of(dataset: &Dataset) -> Signature {
        Signature {
            name: dataset.name.clone(),
            shape: dataset.origin.map.map_or(dataset.shape.clone(), |map| vec![map.inputs]),
            maximum: match dataset.inputs {
                Inputs::Bytes { maximum, .. } => Some(maximum),
                Inputs::Floats(_) => None,
            },
            normalization: dataset.normalization.clone(),
            targets: match &dataset.targets {
                Targets::Classes { count, names, .. } => Predicted::Classes { count: *count, names: names.clone() },
                Targets::Values { width, .. } => Predicted::Values { width: *width },
            },
            table: dataset.origin.table.clone(),
            map: dataset.origin.map,
            fingerprint: dataset.origin.fingerprint.clone(),
        }
    }

    /// As the text of a file.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("plain numbers and texts") + "\n"
    }

    /// From the text of a file.
    ///
    /// # Errors
    /// Anything but what [`Signature::to_json`] writes.
    pub fn from_json(file: &str, text: &[u8]) -> Result<Signature, DataError> {
        let damaged = |what: String| DataError::new(file, format!("the file is damaged: {what}"));
        let signature: Signature = serde_json::from_slice(text).map_err(|error| damaged(error.to_string()))?;
        // Only then may anybody multiply them.
        let features = signature.shape.iter().try_fold(1_usize, |size, length| size.checked_mul(*length));
        if features.is_none_or(|features| features > MOST) {
            return Err(damaged(format!("examples of {:?} are more than {MOST} numbers each", signature.shape)));
        }
        let outputs = signature.targets.width();
        if outputs == 0 || outputs > MOST {
            return Err(damaged(format!("{outputs} classes or values, where 1 to {MOST} are")));
        }
        let Normalization { scale, offset, plane } = &signature.normalization;
        let features = scale.len().checked_mul(*plane);
        let wanted = signature.features();
        if let Some(table) = &signature.table
            && (!table.delimiter.is_ascii()
                || table.position > wanted
                || table.inputs.len() != if table.header { wanted } else { 0 })
        {
            let (names, target) = (table.inputs.len(), table.position);
            let message = format!("{names} names of columns and a target at {target} do not fit {:?}", signature.shape);
            return Err(damaged(message));
        }
        let wanted = match &signature.map {
            Some(map) if signature.shape != [map.inputs] => {
                let message = format!("a map of {} numbers does not fit {:?}", map.inputs, signature.shape);
                return Err(damaged(message));
            }
            Some(map) => map.width(),
            None => wanted,
        };
        if features != Some(wanted) || wanted == 0 || offset.len() != scale.len() || signature.shape.is_empty() {
            let (scales, offsets, shape) = (scale.len(), offset.len(), &signature.shape);
            let message = format!("{scales} scales and {offsets} offsets of {plane} numbers do not fit {shape:?}");
            return Err(damaged(message));
        }
        match &signature.targets {
            Predicted::Classes { count, names: Some(names) } if names.len() != *count => {
                Err(damaged(format!("{} names for {count} classes", names.len())))
            }
            _ => Ok(signature),
        }
    }

    /// How many numbers one example has in its file.
    pub fn features(&self) -> usize {
        self.shape.iter().product()
    }

    /// Unlabelled examples from this origin as a data set, all of them in its test split; what their targets are
    /// is left open by zeros.
    ///
    /// # Errors
    /// Numbers that the run's map of features can't map.
    pub fn dataset(&self, inputs: Inputs, mut origin: Origin) -> Result<Dataset, DataError> {
        let examples = inputs.len() / self.features().max(1);
        let inputs = self.map.map_or(Ok(inputs.clone()), |map| map.apply(&inputs, &origin))?;
        origin.map = self.map;
        Ok(Dataset {
            name: self.name.clone(),
            shape: self.map.map_or(self.shape.clone(), |map| vec![map.width()]),
            inputs,
            targets: match &self.targets {
                Predicted::Classes { count, names } => {
                    Targets::Classes { labels: vec![0; examples], count: *count, names: names.clone() }
                }
                Predicted::Values { width } => Targets::Values { values: vec![0.0; examples * width], width: *width },
            },
            train: vec![],
            dev: vec![],
            test: (0..examples as u32).collect(),
            normalization: self.normalization.clone(),
            origin,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signature() -> Signature {
        Signature {
            name: "pictures".into(),
            shape: vec![3, 1, 2],
            maximum: Some(255.0),
            // Numbers that no short decimal is.
            normalization: Normalization {
                scale: vec![1.0 / 255.0, 1.0 / 3.0, f32::MIN_POSITIVE],
                offset: vec![-0.1, 1e-7, 16_777_217.0],
                plane: 2,
            },
            targets: Predicted::Classes { count: 2, names: Some(vec!["a, b".into(), "ß".into()]) },
            table: Some(Table {
                delimiter: '\t',
                header: true,
                inputs: ["a \"b\"", "", "c", "d", "e", "f"].map(String::from).to_vec(),
                target: Some("y".into()),
                position: 1,
            }),
            map: None,
            fingerprint: Some(Fingerprint { examples: 9, hash: u32::MAX, splits: [5, 2, 2], splits_hash: 0 }),
        }
    }

    #[test]
    fn what_is_written_is_read_to_the_same_bits() {
        let signature = signature();
        assert_eq!(Signature::from_json("data.json", signature.to_json().as_bytes()), Ok(signature));
    }

    #[test]
    fn damaged_files_are_refused() {
        let text = signature().to_json();
        for (from, to, part) in [
            ("\"plane\": 2", "\"plane\": 3", "do not fit [3, 1, 2]"),
            ("\"plane\": 2", "\"plane\": 18446744073709551615", "do not fit"),
            ("\"plane\": 2", "\"plane\": 0", "do not fit"),
            ("\n    3,", "\n    4294967297,\n    4294967296,", "examples of [4294967297"),
            ("\"count\": 2", "\"count\": 0", "0 classes or values"),
            ("      \"c\",\n", "", "5 names of columns and a target at 1 do not fit [3, 1, 2]"),
            ("\"position\": 1", "\"position\": 7", "a target at 7 do not fit"),
            ("\\t", "é", "6 names of columns"),
            ("\"count\": 2", "\"count\": 3", "2 names for 3 classes"),
            ("\"count\": 2", "\"count\": 0", "0 classes"),
            ("\"count\": 2", "\"count\": 18446744073709551615", "18446744073709551615 classes"),
            ("3,\n    1,\n    2\n", "4294967296, 4294967297", "are more than 268435456 numbers each"),
            ("\"shape\"", "\"shale\"", "missing field `shape`"),
            ("}", "", "EOF"),
        ] {
            assert!(text.contains(from), "{from}");
            let message = Signature::from_json("data.json", text.replace(from, to).as_bytes()).unwrap_err().to_string();
            assert!(message.starts_with("data.json: the file is damaged: ") && message.contains(part), "{message}");
        }
    }
}
