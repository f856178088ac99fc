use std::f64::consts::TAU;

use super::*;
use crate::config::Normalize;
use crate::data::tests::config;
use crate::data::{ALL, Dataset, check, load as load_set, outline, shape};

/// A made-up data set without scales, so that its inputs are those that were drawn.
fn made(source: &str, overrides: &[&str]) -> Dataset {
    let config = config(source, &[overrides, &["normalize=none"]].concat());
    check(&config).unwrap();
    load_set(&config, true, 42).unwrap()
}

fn inputs(dataset: &Dataset) -> Vec<f32> {
    let Inputs::Floats(values) = &dataset.inputs else { panic!("these are numbers") };
    values.clone()
}

fn labels(dataset: &Dataset) -> Vec<u32> {
    let Targets::Classes { labels, .. } = &dataset.targets else { panic!("these have classes") };
    labels.clone()
}

/// Inputs and target of each example of one input.
fn points(dataset: &Dataset) -> Vec<(f64, f64)> {
    let Targets::Values { values, width: 1 } = &dataset.targets else { panic!("these are numbers") };
    inputs(dataset).iter().zip(values).map(|(&x, &y)| (f64::from(x), f64::from(y))).collect()
}

/// The mean of numbers, and their deviation from it.
fn moments(values: impl Iterator<Item = f64>) -> [f64; 2] {
    let values: Vec<f64> = values.collect();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let square = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64;
    [mean, square.sqrt()]
}

/// The numbers of every source are part of what a seed means: they never change.
#[test]
fn a_seed_means_the_same_bits_for_ever() {
    let hash = |source: &Source| made(source.name, &["examples=64"]).origin.fingerprint.expect("it was read").hash;
    let hashes: Vec<String> =
        ALL.iter().filter(|source| source.made.is_some()).map(|s| format!("{} {:08x}", s.name, hash(s))).collect();
    assert_eq!(
        hashes,
        [
            "polynomial bbe339ff",
            "sine 27b99b77",
            "clusters 3f6728e7",
            "moons 090cb946",
            "spiral bc790d1a",
            "circles be7a0acc"
        ]
    );
}

#[test]
fn the_first_of_many_are_those_of_few() {
    for source in ALL.iter().filter(|source| source.made.is_some()) {
        let [few, many] = ["examples=20", "examples=50"].map(|examples| made(source.name, &[examples]));
        assert_eq!(inputs(&few), inputs(&many)[..inputs(&few).len()], "{}", source.name);
        let other = load_set(&config(source.name, &["examples=20", "normalize=none"]), true, 43).unwrap();
        assert_ne!(inputs(&few), inputs(&other), "{}", source.name);
    }
}

#[test]
fn what_is_known_without_the_data_is_what_they_are() {
    for source in ALL.iter().filter(|source| source.made.is_some()) {
        for changes in [&["examples=50"][..], &["examples=50", "dimensions=7"], &["examples=50", "classes=5"]] {
            let config = config(source.name, changes);
            if check(&config).is_err() {
                continue;
            }
            let dataset = load_set(&config, true, 1).unwrap();
            assert_eq!(shape(&config), Some(dataset.shape.clone()), "{} {changes:?}", source.name);
            let outline = outline(&config, true, 1, 9, 1).unwrap().expect("its shape is known");
            assert!(outline.counted);
            assert_eq!(outline.dataset.targets.width(), dataset.targets.width(), "{} {changes:?}", source.name);
            assert_eq!(outline.dataset.train.len(), dataset.train.len());
            assert_eq!(dataset.train.len() + dataset.dev.len() + dataset.test.len(), 50);
        }
    }
}

#[test]
fn a_polynomial_is_what_its_coefficients_say() {
    let all = points(&made("polynomial", &["examples=4000", "coefficients=[1, 0, -2]", "noise=0.5"]));
    assert!(all.iter().all(|(x, _)| (-1.0..=1.0).contains(x)));
    // √12 is the width of an interval by its deviation; both means within four standard errors.
    let [mean, deviation] = moments(all.iter().map(|(x, _)| *x));
    assert!(mean.abs() < 0.04 && (deviation - 2.0 / 12_f64.sqrt()).abs() < 0.02, "{mean} {deviation}");
    let [mean, deviation] = moments(all.iter().map(|(x, y)| y - (1.0 - 2.0 * x * x)));
    assert!(mean.abs() < 0.032 && (deviation - 0.5).abs() < 0.023, "{mean} {deviation}");
    let clean = points(&made("polynomial", &["examples=50", "noise=0"]));
    assert!(clean.iter().all(|(x, y)| (y - (0.5 + 0.5 * x - 1.5 * x * x)).abs() < 1e-6), "figure 5.2's quadratic");
}

#[test]
fn a_sine_is_one_period() {
    let all = points(&made("sine", &["examples=4000"]));
    assert!(all.iter().all(|(x, _)| (0.0..=1.0).contains(x)));
    let [mean, deviation] = moments(all.iter().map(|(x, y)| y - (TAU * x).sin()));
    assert!(mean.abs() < 0.02 && (deviation - 0.3).abs() < 0.014, "{mean} {deviation}");
}

#[test]
fn clusters_are_normal_around_their_centres() {
    let set = made("clusters", &["examples=5000", "classes=10", "dimensions=30", "noise=2"]);
    let (labels, inputs) = (labels(&set), inputs(&set));
    let (mut centres, mut deviations) = (vec![], vec![]);
    for class in 0..10 {
        let of =
            |at: usize| inputs.chunks(30).zip(&labels).filter(|(_, l)| **l == class).map(move |(x, _)| x[at].into());
        assert_eq!(of(0).count(), 500, "classes take turns");
        for [mean, deviation] in (0..30).map(|at| moments(of(at))) {
            centres.push(mean);
            deviations.push(deviation);
        }
    }
    let [mean, deviation] = moments(centres.into_iter());
    assert!(mean.abs() < 0.24 && (deviation - 1.0).abs() < 0.17, "{mean} {deviation}");
    let [mean, _] = moments(deviations.into_iter());
    assert!((mean - 2.0).abs() < 0.02, "{mean}");
}

/// How far each example is from where its class lies without noise.
#[test]
fn moons_circles_and_arms_are_where_they_should_be() {
    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-5
    }
    for (source, is_there) in [
        (
            "moons",
            (|x, y, class| match class {
                0 => near(x * x + y * y, 1.0) && y >= -1e-6,
                _ => near((x - 1.0).powi(2) + (y - 0.5).powi(2), 1.0) && y <= 0.5 + 1e-6,
            }) as fn(f64, f64, u32) -> bool,
        ),
        ("circles", |x, y, class| near(x * x + y * y, [1.0, 0.25][class as usize])),
        ("spiral", |x, y, class| {
            let radius = x.hypot(y);
            let angle = 4.0 * radius + TAU * f64::from(class) / 3.0;
            near(x, radius * angle.cos()) && near(y, radius * angle.sin()) && radius <= 1.0
        }),
    ] {
        let set = made(source, &["examples=300", "noise=0"]);
        for (x, class) in inputs(&set).chunks(2).zip(labels(&set)) {
            assert!(is_there(x[0].into(), x[1].into(), class), "{source}: {x:?} of {class}");
        }
        let noisy = made(source, &["examples=300", "noise=0.1"]);
        let [mean, deviation] = moments(inputs(&set).iter().zip(inputs(&noisy)).map(|(&a, b)| f64::from(a - b)));
        assert!(mean.abs() < 0.017 && (deviation - 0.1).abs() < 0.012, "{source}: {mean} {deviation}");
    }
}

#[test]
fn what_a_source_cannot_make_is_an_error_at_its_key() {
    for (source, change, part) in [
        ("moons", "classes=3", "--set data.classes: `moons` has 2; leave it out"),
        ("sine", "classes=3", "--set data.classes: the targets of `sine` are numbers; leave it out"),
        ("moons", "dimensions=3", "--set data.dimensions: `dimensions` does nothing for the source `moons`"),
        ("sine", "coefficients=[1]", "does nothing for the source `sine`; leave it out; these take it: polynomial"),
        ("digits", "noise=0.1", "--set data.noise: `noise` does nothing for the source `digits`"),
        ("moons", "path=a", "`path` does nothing for the source `moons`"),
        ("clusters", "dimensions=16777216", "--set data.dimensions: 1000 examples of 16777216 numbers are more than"),
    ] {
        let error = check(&config(source, &[change])).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
    let error = load_set(&config("polynomial", &["coefficients=[3e38, 3e38]"]), false, 1).unwrap_err().to_string();
    assert!(error.starts_with("polynomial, row ") && error.ends_with("e38 is beyond 32 bits"), "{error}");
}

#[test]
fn a_run_keeps_the_defaults_of_its_source() {
    let mut spiral = config("spiral", &["examples=10"]);
    settle(&mut spiral);
    let kept = (spiral.examples, spiral.noise, spiral.classes, spiral.dimensions, spiral.coefficients);
    assert_eq!(kept, (Some(10), Some(0.05), Some(3), None, None));
    let mut digits = config("digits", &[]);
    let before = digits.clone();
    settle(&mut digits);
    assert_eq!((digits.examples, digits), (None, before));
    assert_eq!(crate::data::settled(&config("moons", &[])), Normalize::Standard);
}
