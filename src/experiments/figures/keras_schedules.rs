//! Keras's schedules, by Keras's names and keys.

use std::f64::consts::PI;

use super::schedules::{STEPS, schedule};
use crate::{
    experiments::{Failed, Figure, Findings, Lab, Need},
    report::{Axis, Chart, Curve, Line},
};

/// Item 52.
pub const KERAS_SCHEDULES: Figure = Figure {
    name: "keras-schedules",
    items: &[52],
    figure: "",
    title: "The classes of keras.optimizers.schedules",
    claim: "PiecewiseConstantDecay (a boundary has the old value), PolynomialDecay, ExponentialDecay, CosineDecay are what Keras's documentation says, at 20 steps with their boundaries and beyond the end",
    fault: "forgets that PolynomialDecay ends at 0.0001 unless told otherwise",
    run,
};

/// A class, its table, its formula in Keras's documentation.
type Class = (&'static str, &'static str, fn(f64) -> f64);

const CLASSES: [Class; 6] = [
    ("PiecewiseConstantDecay", "boundaries = [100, 500], values = [0.1, 0.03, 0.01]", |t| match t {
        t if t <= 100.0 => 0.1,
        t if t <= 500.0 => 0.03,
        _ => 0.01,
    }),
    (
        "PolynomialDecay",
        "initial_learning_rate = 0.1, decay_steps = 800, end_learning_rate = 0.001, power = 2.0",
        |t| 0.099 * (1.0 - t.min(800.0) / 800.0).powi(2) + 0.001,
    ),
    ("PolynomialDecay", "initial_learning_rate = 0.1, decay_steps = 800", |t| {
        (0.1 - 1e-4) * (1.0 - t.min(800.0) / 800.0) + 1e-4
    }),
    ("ExponentialDecay", "initial_learning_rate = 0.1, decay_steps = 100, decay_rate = 0.7", |t| {
        0.1 * 0.7f64.powf(t / 100.0)
    }),
    ("ExponentialDecay", "initial_learning_rate = 0.1, decay_steps = 100, decay_rate = 0.7, staircase = true", |t| {
        0.1 * 0.7f64.powf((t / 100.0).floor())
    }),
    ("CosineDecay", "initial_learning_rate = 0.1, decay_steps = 800, alpha = 0.05", |t| {
        let decayed = 0.95 * 0.5 * (1.0 + (PI * t.min(800.0) / 800.0).cos()) + 0.05;
        0.1 * decayed
    }),
];

/// What the legend says of each.
const NAMES: [&str; 6] = [
    "PiecewiseConstantDecay",
    "PolynomialDecay, power 2",
    "PolynomialDecay, defaults",
    "ExponentialDecay",
    "ExponentialDecay, staircase",
    "CosineDecay, alpha 0.05",
];

/// Twenty steps: the first, boundaries and their neighbours, ends, beyond them.
const AT: [u64; 20] = [0, 1, 2, 50, 99, 100, 101, 199, 200, 201, 300, 400, 499, 500, 501, 799, 800, 801, 900, 1000];

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let mut findings = Findings::new(&["class", "t", "rate", "formula"]);
    let mut curves = vec![];
    for (colour, ((class, keys, formula), name)) in CLASSES.into_iter().zip(NAMES).enumerate() {
        let schedule = schedule(&format!("schedule = '{class}', {keys}"))?;
        let formula = |t: f64| match (lab.broken, name) {
            (true, "PolynomialDecay, defaults") => 0.1 * (1.0 - t.min(800.0) / 800.0),
            _ => formula(t),
        };
        let mut worst = 0f64;
        for t in AT {
            let (rate, expected) = (schedule.at(t), formula(t as f64));
            worst = worst.max((rate - expected).abs());
            findings.row(&[&name, &t, &rate, &expected]);
        }
        findings.claim(format!("{name}: largest distance at 20 steps"), (worst, 0.0), Need::AtMost(1e-12));
        curves.push(Curve::new(name, colour, (0..=STEPS).map(|t| (t as f64, formula(t as f64))).collect()));
        curves.push(Curve::new("", colour, AT.map(|t| (t as f64, schedule.at(t))).into()).drawn(Line::Dots));
    }
    curves.push(Curve::key("Keras's formula", Line::Solid));
    curves.push(Curve::key("the product", Line::Dots));
    findings.picture(
        "keras-schedules",
        &[Chart {
            title: "Keras's schedules".into(),
            x: Axis::counting("step, t"),
            y: Axis { log: true, ..Axis::new("learning rate, α") },
            curves,
        }],
    );
    Ok(findings)
}
