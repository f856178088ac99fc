//! Between too little and too much capacity lies a best one.

use crate::{
    experiments::{
        Failed, Figure, Findings, Lab, Need,
        polynomial::{Polynomial, points, sine},
        sample,
    },
    report::{Axis, Chart, Curve, Line},
};

/// Item 8.
pub const OPTIMAL_CAPACITY: Figure = Figure {
    name: "optimal-capacity",
    items: &[8],
    figure: "fig-5.3",
    title: "Training error, generalisation error and the gap between them",
    claim: "the training error falls with the capacity, the generalisation error falls and rises again: the best capacity lies inside, and right of it the gap grows",
    fault: "5,000 training examples instead of 15: nothing overfits",
    run,
};

const DEGREES: usize = 11;
/// The degree that is best for a period of a sine.
const BEST: usize = 5;
const NOISE: f64 = 0.4;
/// Training sets.
const SETS: u32 = 100;

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let examples = if lab.broken { 5_000 } else { 15 };
    let mut findings = Findings::new(&["degree", "log10_train_mse", "error", "log10_test_mse", "test_error"]);
    let (mut train, mut test) = (vec![vec![]; DEGREES], vec![vec![]; DEGREES]);
    for set in 0..SETS {
        let mut stream = sample::stream(lab.seed, set);
        let seen = points(&mut stream, examples, NOISE, sine);
        let unseen = points(&mut stream, 500, NOISE, sine);
        for degree in 0..DEGREES {
            let fit = Polynomial::least_squares(&seen, degree);
            train[degree].push(fit.error(&seen).log10());
            test[degree].push(fit.error(&unseen).log10());
        }
        lab.progress(set as usize + 1, SETS as usize);
    }
    for (degree, (train, test)) in train.iter().zip(&test).enumerate() {
        let (train, test) = (sample::estimate(train), sample::estimate(test));
        findings.row(&[&degree, &train.0, &train.1, &test.0, &test.1]);
    }
    let rise = |of: &[Vec<f64>], from: usize, to: usize| sample::difference(&of[to], &of[from]);
    let gap: Vec<Vec<f64>> =
        test.iter().zip(&train).map(|(test, train)| test.iter().zip(train).map(|(a, b)| a - b).collect()).collect();
    findings.claim("log10 training error: rise from degree 5 to 10", rise(&train, BEST, 10), Need::AtMost(0.0));
    findings.claim("log10 test error: rise from degree 5 to 0", rise(&test, BEST, 0), Need::AtLeast(0.1));
    findings.claim("log10 test error: rise from degree 5 to 10", rise(&test, BEST, 10), Need::AtLeast(0.1));
    findings.claim("log10 gap: growth from degree 5 to 10", rise(&gap, BEST, 10), Need::AtLeast(0.1));
    let mut curves = vec![];
    for (colour, (name, errors)) in
        [("training error", &train), ("generalisation error", &test)].into_iter().enumerate()
    {
        let points: Vec<_> =
            errors.iter().enumerate().map(|(degree, errors)| (degree as f64, sample::estimate(errors))).collect();
        curves.extend(Curve::estimates(name, colour, &points, 3.0));
    }
    let means: Vec<f64> = test.iter().map(|errors| sample::mean(errors)).collect();
    let best = (0..DEGREES).min_by(|&a, &b| means[a].total_cmp(&means[b])).unwrap_or(0);
    curves.push(Curve::threshold("optimal capacity", Line::Upright, best as f64));
    findings.picture(
        "capacity",
        &[Chart {
            title: "Errors by capacity, 15 examples of a noisy sine".into(),
            x: Axis::counting("degree of the polynomial"),
            y: Axis::new("log10 of the mean squared error"),
            curves,
        }],
    );
    Ok(findings)
}
