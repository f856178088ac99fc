//! Who trains, who chooses, who tests; the order of an epoch; wrong labels on purpose.

use rand::RngExt;
use rand::seq::SliceRandom;

use super::error::DataError;
use crate::config::{DataConfig, Portion};
use crate::random::{Purpose, Stream};

/// The indices of each split, each in the file's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Splits {
    /// Those that are trained on.
    pub train: Vec<u32>,
    /// Those by which settings and checkpoints are chosen.
    pub dev: Vec<u32>,
    /// Those that nothing is chosen by.
    pub test: Vec<u32>,
}

/// How examples are to be split.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    /// How many there are.
    pub examples: usize,
    /// How many at the end are the source's own test set.
    pub given_test: Option<usize>,
    /// What becomes the test set where none is given.
    pub test: Portion,
    /// What becomes the development set.
    pub dev: Portion,
    /// 0, or how many training examples there are to be before the development set is held out.
    pub train_limit: usize,
}

/// How so many examples are to be split, of which `test` at the end are the source's own test set.
pub(crate) fn rule(config: &DataConfig, examples: usize, test: Option<usize>) -> Rule {
    let DataConfig { test: portion, dev, train_limit, .. } = *config;
    Rule { examples, given_test: test, test: portion, dev, train_limit }
}

/// Splits examples: first the test set, then the limit, then the development set. Held-out
/// examples are drawn by the seed. `place` is where the config says how many `dev` and `test` take.
pub(crate) fn split(place: impl Fn(&str) -> String, rule: &Rule, seed: u64) -> Result<Splits, DataError> {
    let all = 0..rule.examples as u32;
    let (mut train, test) = match rule.given_test {
        Some(given) => {
            let first = (rule.examples - given) as u32;
            ((0..first).collect(), (first..all.end).collect())
        }
        None => hold_out(&place, "test", all.collect(), rule.test, seed)?,
    };
    if rule.train_limit > 0 {
        train.truncate(rule.train_limit);
    }
    let (train, dev) = hold_out(&place, "dev", train, rule.dev, seed)?;
    Ok(Splits { train, dev, test })
}

/// Draws `portion` of `examples`; gives the rest and the drawn, both in their old order.
fn hold_out(
    place: &dyn Fn(&str) -> String,
    set: &str,
    mut examples: Vec<u32>,
    portion: Portion,
    seed: u64,
) -> Result<(Vec<u32>, Vec<u32>), DataError> {
    let available = examples.len();
    let count = match portion {
        Portion::Count(count) => count,
        Portion::Fraction(share) => (share * available as f64).round() as usize,
    };
    if count >= available {
        let message = format!("data.{set} takes {count} of {available} examples, so that none is left");
        return Err(DataError::new(place(set), message));
    }
    let item = u32::from(set == "dev");
    let mut stream = Stream::new(seed, Purpose::Split.stream(item), 0);
    examples.shuffle(&mut stream);
    let mut rest = examples.split_off(count);
    examples.sort_unstable();
    rest.sort_unstable();
    Ok((rest, examples))
}

/// Replaces the labels of exactly ⌊share · n⌉ of the n training examples by one of the other
/// classes, each as probable as the next.
pub(crate) fn disturb(labels: &mut [u32], classes: usize, train: &[u32], share: f64, seed: u64) {
    let count = (share * train.len() as f64).round() as usize;
    let mut order = train.to_vec();
    order.shuffle(&mut Stream::new(seed, Purpose::LabelNoise.stream(0), 0));
    let mut stream = Stream::new(seed, Purpose::LabelNoise.stream(1), 0);
    for example in &order[..count] {
        let label = &mut labels[*example as usize];
        // One class fewer to draw from; those from the right one on move up by one.
        let other = stream.random_range(0..classes as u32 - 1);
        *label = other + u32::from(other >= *label);
    }
}

/// The order in which an epoch, counted from 0, goes through the training examples: a new
/// permutation for every epoch, or `train` as it is.
pub fn epoch_order(train: &[u32], seed: u64, epoch: u32, shuffle: bool) -> Vec<u32> {
    let mut order = train.to_vec();
    if shuffle {
        order.shuffle(&mut Stream::new(seed, Purpose::Shuffle.stream(0), epoch));
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Rule =
        Rule { examples: 100, given_test: None, test: Portion::Fraction(0.2), dev: Portion::Count(10), train_limit: 0 };

    fn place(set: &str) -> String {
        format!("c.toml: {set}")
    }

    fn all(splits: &Splits) -> Vec<u32> {
        let mut all = [&splits.train[..], &splits.dev, &splits.test].concat();
        all.sort_unstable();
        all
    }

    #[test]
    fn splits_are_disjoint_exhaustive_and_in_order() {
        let splits = split(place, &RULE, 1).unwrap();
        assert_eq!((splits.train.len(), splits.dev.len(), splits.test.len()), (70, 10, 20));
        assert_eq!(all(&splits), (0..100).collect::<Vec<_>>());
        for part in [&splits.train, &splits.dev, &splits.test] {
            assert!(part.is_sorted());
        }
    }

    #[test]
    fn the_seed_decides_who_is_held_out() {
        let first = split(place, &RULE, 1).unwrap();
        assert_eq!(first, split(place, &RULE, 1).unwrap());
        let second = split(place, &RULE, 2).unwrap();
        assert_ne!(first.test, second.test);
        assert_ne!(first.dev, second.dev);
    }

    #[test]
    fn a_given_test_set_stays() {
        let rule = Rule { given_test: Some(30), ..RULE };
        let splits = split(place, &rule, 1).unwrap();
        assert_eq!(splits.test, (70..100).collect::<Vec<_>>());
        assert_eq!(all(&splits), (0..100).collect::<Vec<_>>());
        assert_eq!((splits.train.len(), splits.dev.len()), (60, 10));
    }

    #[test]
    fn the_limit_takes_the_first_training_examples_before_the_development_set() {
        let rule = Rule { given_test: Some(30), dev: Portion::Fraction(0.25), train_limit: 20, ..RULE };
        let splits = split(place, &rule, 1).unwrap();
        assert_eq!((splits.train.len(), splits.dev.len()), (15, 5));
        let mut trained = [&splits.train[..], &splits.dev].concat();
        trained.sort_unstable();
        assert_eq!(trained, (0..20).collect::<Vec<_>>());
    }

    #[test]
    fn holding_out_everything_is_an_error() {
        let rule = Rule { dev: Portion::Count(80), ..RULE };
        assert_eq!(
            split(place, &rule, 1).unwrap_err().to_string(),
            "c.toml: dev: data.dev takes 80 of 80 examples, so that none is left"
        );
        let rule = Rule { test: Portion::Count(101), ..RULE };
        assert!(split(place, &rule, 1).is_err());
        let none = Rule { examples: 0, ..RULE };
        assert!(split(place, &none, 1).is_err());
    }

    #[test]
    fn label_noise_is_exact_and_never_right() {
        let right: Vec<u32> = (0..1000).map(|i| i % 10).collect();
        let train: Vec<u32> = (0..900).collect();
        let mut noisy = right.clone();
        disturb(&mut noisy, 10, &train, 0.25, 3);
        let wrong = |labels: &[u32]| -> Vec<usize> { (0..1000).filter(|i| labels[*i] != right[*i]).collect() };
        assert_eq!(wrong(&noisy).len(), 225);
        assert!(wrong(&noisy).iter().all(|i| *i < 900), "only training labels change");
        assert!(noisy.iter().all(|label| *label < 10));
        let mut again = right.clone();
        disturb(&mut again, 10, &train, 0.25, 3);
        assert_eq!(noisy, again);
        disturb(&mut again, 10, &train, 0.0, 4);
        assert_eq!(noisy, again);
        // All nine wrong classes occur for the right one 0.
        let mut all = right.clone();
        disturb(&mut all, 10, &train, 0.999, 3);
        let mut seen: Vec<u32> = (0..900).step_by(10).map(|i| all[i]).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.iter().filter(|label| **label > 0).count(), 9);
    }

    #[test]
    fn every_epoch_has_its_own_permutation() {
        let train = [3, 5, 8, 13, 21, 34, 55, 89];
        let first = epoch_order(&train, 1, 0, true);
        assert_eq!(first, epoch_order(&train, 1, 0, true));
        assert_ne!(first, epoch_order(&train, 1, 1, true));
        assert_ne!(first, epoch_order(&train, 2, 0, true));
        let mut sorted = first.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, train);
        assert_eq!(epoch_order(&train, 1, 0, false), train);
    }
}
