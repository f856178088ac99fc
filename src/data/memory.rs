//! Data sets made in code, from numbers in memory; and what every data set is checked for before it gets to a
//! device, whose shaders take indices as they are.

use super::dataset::{Dataset, Inputs, Normalization, Origin, Targets};
use super::error::DataError;
use super::normalize::normalization;
use super::split::{self, Splits};
use crate::config::{Normalize, Portion, Subset};

impl Inputs {
    /// Pixels from 0 to 255.
    pub fn pictures(values: Vec<u8>) -> Inputs {
        Inputs::Bytes { values, maximum: 255.0 }
    }
}

impl Targets {
    /// One of `count` classes for each example, from 0.
    pub fn classes(labels: Vec<u32>, count: usize) -> Targets {
        Targets::Classes { labels, count, names: None }
    }
}

impl Splits {
    /// All examples are trained on.
    pub fn all(examples: usize) -> Splits {
        Splits { train: (0..examples as u32).collect(), dev: vec![], test: vec![] }
    }

    /// Held-out examples, drawn by the seed: first the test set, then the development set from what is left.
    ///
    /// # Errors
    /// Shares that are none, and more held-out examples than there are.
    pub fn drawn(examples: usize, dev: Portion, test: Portion, seed: u64) -> Result<Splits, DataError> {
        for (set, portion) in [("dev", dev), ("test", test)] {
            if let Portion::Fraction(share) = portion
                && !(0.0..1.0).contains(&share)
            {
                let message = format!("{set} takes the share {share}, where it is from 0 to below 1");
                return Err(DataError::new("the splits", message));
            }
        }
        let rule = split::Rule { examples, given_test: None, test, dev, train_limit: 0, subset: Subset::First };
        split::split(|_| "the splits".into(), &rule, seed)
    }
}

impl Dataset {
    /// A data set from memory. Bytes are scaled by their maximum, other numbers to mean 0 and deviation 1 over the
    /// training set; [`Dataset::scaled`] says otherwise.
    ///
    /// # Errors
    /// Examples without numbers; lengths that don't agree; numbers that are NaN or infinite; labels that are no
    /// class; splits with examples that are not there, or that another has, too. With the example, counted from 1.
    pub fn of(
        name: &str,
        shape: impl Into<Vec<usize>>,
        inputs: Inputs,
        targets: Targets,
        splits: Splits,
    ) -> Result<Dataset, DataError> {
        let (shape, Splits { train, dev, test }) = (shape.into(), splits);
        let normalization = Normalization { scale: vec![], offset: vec![], plane: 1 };
        let origin = Origin { file: name.into(), ..Origin::default() };
        let name = name.to_owned();
        let dataset = Dataset { name, shape, inputs, targets, train, dev, test, normalization, origin };
        dataset.check_examples()?;
        dataset.check_numbers()?;
        dataset.check_disjoint()?;
        dataset.scaled(Normalize::Auto)
    }

    /// The same with inputs on another scale.
    ///
    /// # Errors
    /// `unit` for numbers that are no bytes; a scale of the training set without one.
    pub fn scaled(self, how: Normalize) -> Result<Dataset, DataError> {
        self.check_examples()?;
        let unit = matches!(self.inputs, Inputs::Bytes { .. }) && how != Normalize::Standard;
        if self.train.is_empty() && !unit && how != Normalize::None {
            return Err(self.wrong("no example is trained on, so that their mean and deviation are unknown".into()));
        }
        let normalization = normalization(&self.name, how, &self.shape, &self.inputs, &self.train)?;
        Ok(Dataset { normalization, ..self })
    }

    /// What every data set is checked for before a plan is made for it: no index of an example or a class is out of
    /// range, and lengths agree.
    pub(crate) fn check(&self) -> Result<(), DataError> {
        self.check_shape()?;
        // What was summarised without its examples; no session takes it.
        if !self.is_outline() {
            self.check_examples()?;
        }
        let Normalization { scale, offset, plane } = &self.normalization;
        if scale.len().checked_mul(*plane) != Some(self.features()) || offset.len() != scale.len() {
            let (scales, offsets, shape) = (scale.len(), offset.len(), &self.shape);
            let message = format!("{scales} scales and {offsets} offsets of {plane} numbers do not fit {shape:?}");
            return Err(self.wrong(message));
        }
        Ok(())
    }

    /// Whether its splits have examples that are not there.
    pub(crate) fn is_outline(&self) -> bool {
        self.inputs.is_empty() && self.count() == Some(0)
    }

    fn wrong(&self, message: String) -> DataError {
        let file = if self.origin.file.is_empty() { &self.name } else { &self.origin.file };
        DataError::new(file.as_str(), message)
    }

    /// How many examples the targets are for, if they are for whole ones.
    fn count(&self) -> Option<usize> {
        match &self.targets {
            Targets::Classes { labels, .. } => Some(labels.len()),
            Targets::Values { width: 0, .. } => None,
            Targets::Values { values, width } => (values.len() % width == 0).then_some(values.len() / width),
        }
    }

    /// How many numbers an example has.
    fn check_shape(&self) -> Result<usize, DataError> {
        let features = self.shape.iter().try_fold(1_usize, |size, &extent| size.checked_mul(extent));
        let features = features.filter(|&features| features > 0 && !self.shape.is_empty());
        features.ok_or_else(|| self.wrong(format!("examples of {:?} have no numbers, or too many", self.shape)))
    }

    fn check_examples(&self) -> Result<(), DataError> {
        let features = self.check_shape()?;
        let Some(count) = self.count() else {
            let (numbers, width) = (self.targets_len(), self.targets.width());
            return Err(self.wrong(format!("{numbers} targets are no whole examples of {width} each")));
        };
        let numbers = self.inputs.len();
        if features.checked_mul(count) != Some(numbers) {
            let examples = format!("{count} examples of {:?}", self.shape);
            return Err(self.wrong(format!("{numbers} input numbers, where the targets are for {examples}")));
        }
        if u32::try_from(count).is_err() {
            return Err(self.wrong(format!("{count} examples are more than 32 bits can number")));
        }
        self.check_labels()?;
        for (set, examples) in self.splits() {
            if let Some(example) = examples.iter().find(|&&example| example as usize >= count) {
                return Err(self.wrong(format!("the split `{set}` has the index {example} of {count} examples")));
            }
        }
        Ok(())
    }

    fn targets_len(&self) -> usize {
        match &self.targets {
            Targets::Classes { labels, .. } => labels.len(),
            Targets::Values { values, .. } => values.len(),
        }
    }

    fn splits(&self) -> [(&'static str, &[u32]); 3] {
        [("train", &self.train[..]), ("dev", &self.dev), ("test", &self.test)]
    }

    fn check_labels(&self) -> Result<(), DataError> {
        let Targets::Classes { labels, count, names } = &self.targets else { return Ok(()) };
        if let Some(names) = names.as_ref().filter(|names| names.len() != *count) {
            return Err(self.wrong(format!("{} names for {count} classes", names.len())));
        }
        let Some(at) = labels.iter().position(|&label| label as usize >= *count) else { return Ok(()) };
        let message = format!("the label {} is none of {count} classes, which count from 0", labels[at]);
        Err(self.origin.error(at, message))
    }

    /// Every number is one; files are read so that this is true.
    fn check_numbers(&self) -> Result<(), DataError> {
        let (features, width) = (self.features(), self.targets.width());
        let not_finite = |values: &[f32]| values.iter().position(|value| !value.is_finite());
        match &self.inputs {
            Inputs::Floats(values) => {
                if let Some(at) = not_finite(values) {
                    let message = format!("the input {} is {}", at % features, values[at]);
                    return Err(self.origin.error(at / features, message));
                }
            }
            Inputs::Bytes { values, maximum } => {
                if !(maximum.is_finite() && *maximum > 0.0) {
                    return Err(self.wrong(format!("{maximum} can't be the largest pixel")));
                }
                if let Some(at) = values.iter().position(|&value| f32::from(value) > *maximum) {
                    let message = format!("a pixel is {}, where the largest is to be {maximum}", values[at]);
                    return Err(self.origin.error(at / features, message));
                }
            }
        }
        let Targets::Values { values, .. } = &self.targets else { return Ok(()) };
        let Some(at) = not_finite(values) else { return Ok(()) };
        Err(self.origin.error(at / width, format!("the target {} is {}", at % width, values[at])))
    }

    /// No example is in two splits, or twice in one.
    fn check_disjoint(&self) -> Result<(), DataError> {
        let mut owner = vec![None; self.examples()];
        for (set, examples) in self.splits() {
            for &example in examples {
                if let Some(before) = owner[example as usize].replace(set) {
                    let message = format!("the splits `{before}` and `{set}` both have the index {example}");
                    let twice = format!("the split `{set}` has the index {example} twice");
                    return Err(self.wrong(if before == set { twice } else { message }));
                }
            }
        }
        Ok(())
    }
}
