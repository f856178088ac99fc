//! Who trains, who chooses, who tests; the order of an epoch; wrong labels on purpose.

use rand::RngExt;
use rand::seq::SliceRandom;

use super::error::DataError;
use crate::config::{DataConfig, Part, Portion, Subset};
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
    /// Which those are.
    pub subset: Subset,
}

/// How so many examples are to be split, of which `test` at the end are the source's own test set.
pub(crate) fn rule(config: &DataConfig, examples: usize, test: Option<usize>) -> Rule {
    let DataConfig { test: portion, dev, train_limit, train_subset: subset, .. } = *config;
    Rule { examples, given_test: test, test: portion, dev, train_limit, subset }
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
    if rule.train_limit > 0 && rule.train_limit < train.len() {
        if rule.subset == Subset::Random {
            train.shuffle(&mut Stream::new(seed, Purpose::Split.stream(2), 0));
        }
        train.truncate(rule.train_limit);
        train.sort_unstable();
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

/// Replaces the labels of exactly ⌊share · n⌉ of the n examples of a part by one of the other classes, each as
/// probable as the next. Every part draws by itself.
pub(crate) fn disturb(labels: &mut [u32], classes: usize, (part, examples): (Part, &[u32]), share: f64, seed: u64) {
    let count = (share * examples.len() as f64).round() as usize;
    let mut order = examples.to_vec();
    let item = match part {
        Part::Train => 0,
        Part::Dev => 2,
        Part::Test => 4,
    };
    order.shuffle(&mut Stream::new(seed, Purpose::LabelNoise.stream(item), 0));
    let mut stream = Stream::new(seed, Purpose::LabelNoise.stream(item + 1), 0);
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

/// As many training examples as there are, each drawn from all of them: those of a batch by the number of the update that
/// it is for, from 0, so that no step depends on those before it.
pub(crate) fn independent_order(train: &[u32], seed: u64, first_update: u64, batch: usize) -> Vec<u32> {
    let mut order = Vec::with_capacity(train.len());
    for at in 0..train.len().div_ceil(batch) {
        let update = first_update + at as u64;
        let mut stream = Stream::new(seed, Purpose::Shuffle.stream(1), update as u32);
        let rows = batch.min(train.len() - order.len());
        order.extend((0..rows).map(|_| train[stream.random_range(0..train.len())]));
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Rule = Rule {
        examples: 100,
        given_test: None,
        test: Portion::Fraction(0.2),
        dev: Portion::Count(10),
        train_limit: 0,
        subset: Subset::First,
    };

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
        disturb(&mut noisy, 10, (Part::Train, &train), 0.25, 3);
        let wrong = |labels: &[u32]| -> Vec<usize> { (0..1000).filter(|i| labels[*i] != right[*i]).collect() };
        assert_eq!(wrong(&noisy).len(), 225);
        assert!(wrong(&noisy).iter().all(|i| *i < 900), "only training labels change");
        assert!(noisy.iter().all(|label| *label < 10));
        let mut again = right.clone();
        disturb(&mut again, 10, (Part::Train, &train), 0.25, 3);
        assert_eq!(noisy, again);
        disturb(&mut again, 10, (Part::Train, &train), 0.0, 4);
        assert_eq!(noisy, again);
        // All nine wrong classes occur for the right one 0.
        let mut all = right.clone();
        disturb(&mut all, 10, (Part::Train, &train), 0.999, 3);
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

    #[test]
    fn every_part_has_wrong_labels_of_its_own() {
        let right: Vec<u32> = (0..1000).map(|i| i % 10).collect();
        let examples: Vec<u32> = (0..1000).collect();
        let noisy = |part| {
            let mut labels = right.clone();
            disturb(&mut labels, 10, (part, &examples), 0.5, 3);
            labels
        };
        assert_ne!(noisy(Part::Train), noisy(Part::Test));
        assert_ne!(noisy(Part::Dev), noisy(Part::Test));
    }

    #[test]
    fn random_subsets_are_nested_and_not_the_first() {
        let of = |train_limit, seed| {
            let rule = Rule { dev: Portion::Count(0), train_limit, subset: Subset::Random, ..RULE };
            split(place, &rule, seed).unwrap().train
        };
        let (few, many) = (of(10, 1), of(30, 1));
        assert_eq!((few.len(), many.len()), (10, 30));
        assert!(few.is_sorted() && few.iter().all(|example| many.contains(example)));
        assert!(few != many[..10] && few != of(10, 2));
        // A limit that leaves all of them changes nothing.
        assert_eq!(of(0, 1), of(1000, 1));
    }

    #[test]
    fn independent_batches_depend_on_their_update_alone() {
        let train: Vec<u32> = (100..150).collect();
        let order = independent_order(&train, 7, 20, 20);
        assert_eq!(order.len(), 50);
        assert!(order.iter().all(|example| train.contains(example)));
        // The second and third batch of this epoch, counted from another one.
        assert_eq!(order[20..40], independent_order(&train, 7, 21, 20)[..20]);
        assert_ne!(order[..20], order[20..40]);
        let mut seen = order.clone();
        seen.sort_unstable();
        seen.dedup();
        // Of 50 draws from 50, about 50·(1 − 1/e) ≈ 32 are different ones, with a deviation of 2.2.
        assert!((23..42).contains(&seen.len()), "{}", seen.len());
    }
}
