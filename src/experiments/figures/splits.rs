//! Who trains, who chooses, who tests.

use std::collections::HashSet;

use rand::RngExt;

use crate::{
    config::Config,
    data,
    experiments::{Failed, Figure, Findings, Lab, Need, sample},
    report::{Axis, Chart, Curve, Line},
    train::Figures,
};

/// Items 3 and 4.
pub const SPLITS: Figure = Figure {
    name: "splits",
    items: &[3, 4],
    figure: "",
    title: "Training, development and test set",
    claim: "the test set is independent of the training set, and what is chosen is chosen by the development set: the test error estimates the generalisation error, which the training error and that of the best on the development set do not",
    fault: "takes the test set from the training examples, and chooses by it",
    run,
};

/// Trainings of so many epochs, on 200 examples.
const EPOCHS: [usize; 7] = [1, 2, 4, 8, 16, 32, 64];
/// Classifiers that guess, of which the best on the development set is taken.
const GUESSERS: usize = 20;
/// Examples of either set for those.
const GUESSED: usize = 50;
/// How often that is done.
const TIMES: usize = 400;

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let mut findings = Findings::new(&["epochs", "train_error", "dev_error", "test_error"]);
    disjoint(lab, &mut findings)?;
    let mut curves: [Vec<(f64, f64)>; 3] = Default::default();
    let mut last = (0.0, 0.0);
    for epochs in EPOCHS {
        let seed = format!("seed={}", lab.seed);
        let epochs_key = format!("train.epochs={epochs}");
        let changes = [&seed, &epochs_key, "data.train_limit=250", "data.dev=50", "train.batch_size=20"];
        let cell = lab.digits(&changes.map(str::to_owned))?;
        let [train, dev, test] = [cell.train, cell.dev, cell.test].map(|figures| figures.expect("each has examples"));
        let test = if lab.broken { train } else { test };
        let errors = [train, dev, test].map(error);
        findings.row(&[&epochs, &errors[0].0, &errors[1].0, &errors[2].0]);
        curves.iter_mut().zip(errors).for_each(|(curve, error)| curve.push((epochs as f64, error.0)));
        last = (errors[2].0 - errors[0].0, errors[0].1.hypot(errors[2].1));
    }
    findings.claim("digits: test error less training error, after 64 epochs", last, Need::AtLeast(0.02));
    let (chosen, tested) = guessers(lab);
    findings.claim("guessers: error on dev of the one that is best there", chosen, Need::AtMost(0.45));
    findings.claim("its error on the test set", tested, Need::near(0.5, 0.02));
    let [train, dev, test] = curves;
    findings.picture(
        "errors",
        &[Chart {
            title: "Handwritten digits, 200 training examples".into(),
            x: Axis { log: true, ..Axis::new("epochs") },
            y: Axis::new("share of wrong answers"),
            curves: vec![
                Curve::new("training set", 0, train),
                Curve::new("development set: chooses", 2, dev).drawn(Line::Dashed),
                Curve::new("test set: estimates", 1, test),
            ],
        }],
    );
    Ok(findings)
}

/// The share of wrong answers, and its standard error.
fn error(figures: Figures) -> (f64, f64) {
    let error = 1.0 - figures.accuracy.expect("classes have right answers");
    (error, (error * (1.0 - error) / figures.examples as f64).sqrt())
}

/// The splits of the digits inside the binary.
fn disjoint(lab: &Lab, findings: &mut Findings) -> Result<(), Failed> {
    let splits = |seed: u64| -> Result<[Vec<u32>; 4], Failed> {
        let config = Config::default_with(&[format!("seed={seed}")])?;
        let dataset = data::load(&config.data, true, config.seed)?;
        let all = (0..dataset.examples() as u32).collect();
        let test = match lab.broken {
            false => dataset.test,
            true => dataset.train[..dataset.test.len()].to_vec(),
        };
        Ok([dataset.train, dataset.dev, test, all])
    };
    let [train, dev, test, all] = splits(lab.seed)?;
    let owned = [&train[..], &dev, &test].concat();
    let known: HashSet<u32> = owned.iter().copied().collect();
    let zero = Need::near(0.0, 0.0);
    let count = |number: usize| (number as f64, 0.0);
    findings.claim(format!("of {} digits, in two splits", all.len()), count(owned.len() - known.len()), zero);
    findings.claim("in no split", count(all.iter().filter(|example| !known.contains(example)).count()), zero);
    let again = splits(lab.seed)?;
    let others = [&train, &dev, &test].into_iter().zip(&again).filter(|(a, b)| a != b).count();
    findings.claim("splits that are others with the same seed", count(others), zero);
    let other: HashSet<u32> = splits(lab.seed + 1)?[2].iter().copied().collect();
    let shared = test.iter().filter(|example| other.contains(example)).count() as f64 / test.len() as f64;
    let share = test.len() as f64 / all.len() as f64;
    findings.claim("share of test examples that another seed takes, too", (shared, 0.0), Need::near(share, 0.08));
    Ok(())
}

/// The best of some classifiers that guess labels: its error on the examples it was chosen by, and on others.
fn guessers(lab: &Lab) -> ((f64, f64), (f64, f64)) {
    let mut stream = sample::stream(lab.seed, 1);
    let (mut chosen, mut tested) = (vec![], vec![]);
    for _ in 0..TIMES {
        let mut errors = || {
            let mut wrong = || (0..GUESSED).filter(|_| stream.random_bool(0.5)).count() as f64 / GUESSED as f64;
            let dev = wrong();
            (dev, if lab.broken { dev } else { wrong() })
        };
        let all: Vec<(f64, f64)> = (0..GUESSERS).map(|_| errors()).collect();
        let best = all.into_iter().min_by(|a, b| a.0.total_cmp(&b.0)).expect("some guess");
        chosen.push(best.0);
        tested.push(best.1);
    }
    (sample::estimate(&chosen), sample::estimate(&tested))
}
