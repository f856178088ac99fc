//! The likelihood is no distribution over the parameters.

use crate::{
    experiments::{Failed, Figure, Findings, Lab, Need, sample},
    report::{Axis, Chart, Curve},
};

/// Items 14 and 15.
pub const LIKELIHOOD: Figure = Figure {
    name: "likelihood",
    items: &[14, 15],
    figure: "",
    title: "The likelihood is no distribution over the parameters",
    claim: "L(theta) = product of p(x; theta) sums to 1 over all data, but not over theta: for one toss of a coin its integral is 1/2; the empirical distribution count/N sums to 1",
    fault: "integrates over the data instead of theta",
    run,
};

/// Tosses, and how many of them are heads.
const TOSSES: [(i32, i32); 4] = [(1, 1), (2, 1), (5, 3), (10, 6)];
/// Parts of the interval of θ, by Simpson's rule: exact for polynomials of such degrees to the last digits.
const PARTS: u32 = 2_000;

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let mut findings = Findings::new(&["tosses", "heads", "integral", "expected"]);
    let mut curves = vec![];
    for (colour, (tosses, heads)) in TOSSES.into_iter().enumerate() {
        let likelihood = |theta: f64| theta.powi(heads) * (1.0 - theta).powi(tosses - heads);
        let integral = if lab.broken { over_data(tosses, 0.3) } else { simpson(likelihood) };
        // The Beta function: heads! tails! / (tosses + 1)!
        let expected = factorial(heads) * factorial(tosses - heads) / factorial(tosses + 1);
        findings.row(&[&tosses, &heads, &integral, &expected]);
        let text = format!("integral of L over theta, {heads} heads of {tosses}");
        findings.claim(text, (integral, 0.0), Need::near(expected, 1e-10));
        let line = (1..100).map(|at| f64::from(at) / 100.0).map(|theta| (theta, likelihood(theta))).collect();
        curves.push(Curve::new(format!("{heads} heads of {tosses}"), colour, line));
    }
    findings.claim(
        "sum of L over all data of 10 tosses, theta = 0.3",
        (over_data(10, 0.3), 0.0),
        Need::near(1.0, 1e-12),
    );
    findings.claim("sum of the empirical distribution", (empirical(lab.seed), 0.0), Need::near(1.0, 1e-12));
    let chart = Chart {
        title: "Likelihood of tosses of a coin".into(),
        x: Axis::new("theta"),
        y: Axis { log: true, ..Axis::new("likelihood") },
        curves,
    };
    findings.picture("likelihood", &[chart]);
    Ok(findings)
}

fn factorial(number: i32) -> f64 {
    (1..=number).map(f64::from).product()
}

fn simpson(f: impl Fn(f64) -> f64) -> f64 {
    let weight = |at: u32| match at {
        0 | PARTS => 1.0,
        at if at % 2 == 1 => 4.0,
        _ => 2.0,
    };
    let sum: f64 = (0..=PARTS).map(|at| weight(at) * f(f64::from(at) / f64::from(PARTS))).sum();
    sum / (3.0 * f64::from(PARTS))
}

/// The likelihood's sum over every sequence of tosses.
fn over_data(tosses: i32, theta: f64) -> f64 {
    let one = |heads: i32| theta.powi(heads) * (1.0 - theta).powi(tosses - heads);
    (0u32..1 << tosses).map(|sequence| one(sequence.count_ones() as i32)).sum()
}

/// Σ count/N over the different values of a sample that has many of them more than once.
fn empirical(seed: u64) -> f64 {
    let mut stream = sample::stream(seed, 0);
    let mut counts = std::collections::BTreeMap::new();
    (0..1_000).for_each(|_| *counts.entry((stream.uniform() * 37.0) as u32).or_insert(0) += 1);
    counts.values().map(|&count| f64::from(count) / 1_000.0).sum()
}
