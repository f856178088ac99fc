//! Degree 1 is too little, 2 is right, 9 is too much.

use crate::{
    experiments::{
        Failed, Figure, Findings, Lab, Need,
        polynomial::{Points, Polynomial, SHOWN, chart, points, quadratic},
        sample,
    },
    report::Chart,
};

/// Item 6.
pub const POLYNOMIAL_CAPACITY: Figure = Figure {
    name: "polynomial-capacity",
    items: &[6],
    figure: "fig-5.2",
    title: "Underfitting and overfitting: polynomials of degree 1, 2 and 9",
    claim: "on 10 points of a noisy quadratic the training error falls with the degree, the test error is least at degree 2, and degree 9 goes through every point",
    fault: "no noise, so that degree 9 is the quadratic too",
    run,
};

const DEGREES: [usize; 3] = [1, 2, 9];
const EXAMPLES: usize = 10;
const NOISE: f64 = 0.2;
/// Training sets.
const SETS: u32 = 100;

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let noise = if lab.broken { 0.0 } else { NOISE };
    let mut findings = Findings::new(&["set", "degree", "train_mse", "test_mse"]);
    let (mut train, mut test) = (vec![vec![]; DEGREES.len()], vec![vec![]; DEGREES.len()]);
    let mut first = None;
    for set in 0..SETS {
        let mut stream = sample::stream(lab.seed, set);
        let seen = points(&mut stream, EXAMPLES, noise, quadratic);
        let unseen = points(&mut stream, 200, noise, quadratic);
        for (at, degree) in DEGREES.into_iter().enumerate() {
            let fit = Polynomial::least_squares(&seen, degree);
            let errors = (fit.error(&seen), fit.error(&unseen));
            findings.row(&[&set, &degree, &errors.0, &errors.1]);
            train[at].push(errors.0);
            // Degree 9 is off by factors of thousands now and then: their logarithms have a mean.
            test[at].push((errors.1 + 1e-12).log10());
        }
        first.get_or_insert(seen);
    }
    let more = |of: &[Vec<f64>], than: usize, which: usize| sample::difference(&of[which], &of[than]);
    findings.claim("training error: degree 1 less degree 2", more(&train, 1, 0), Need::AtLeast(0.0));
    findings.claim("training error: degree 2 less degree 9", more(&train, 2, 1), Need::AtLeast(0.0));
    findings.claim("training error, degree 9", (train[2].iter().copied().fold(0.0, f64::max), 0.0), Need::AtMost(1e-9));
    findings.claim("log10 of the test error: degree 1 over degree 2", more(&test, 1, 0), Need::AtLeast(0.3));
    findings.claim("log10 of the test error: degree 9 over degree 2", more(&test, 1, 2), Need::AtLeast(0.3));
    findings.picture("fits", &[fits(&first.expect("there are sets"))]);
    Ok(findings)
}

fn fits(seen: &Points) -> Chart {
    let fit = |(colour, degree): (usize, usize)| {
        Polynomial::least_squares(seen, degree).curves(&format!("degree {degree}"), colour, SHOWN)
    };
    chart("Polynomials through 10 examples", seen, quadratic, DEGREES.into_iter().enumerate().flat_map(fit).collect())
}
