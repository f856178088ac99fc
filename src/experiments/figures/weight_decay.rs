//! Too much regularisation underfits, none overfits.

use nalgebra::DVector;

use crate::{
    experiments::{
        Failed, Figure, Findings, Lab, Need,
        polynomial::{Points, Polynomial, SHOWN, chart, points, sine},
        sample,
    },
    report::{Axis, Chart, Curve},
};

/// Items 10 and 11.
pub const WEIGHT_DECAY: Figure = Figure {
    name: "weight-decay",
    items: &[10, 11],
    figure: "fig-5.5",
    title: "Weight decay: excessive, medium, and going to 0",
    claim: "with the penalty lambda/2 |theta|^2 the test error of degree 9 is U-shaped in lambda: excessive lambda gives a flat line, lambda -> 0 the pseudo-inverse; the penalty's gradient is lambda theta",
    fault: "no noise, so that nothing overfits and less lambda is always better",
    run,
};

const DEGREE: usize = 9;
const EXAMPLES: usize = 12;
const NOISE: f64 = 0.3;
/// Training sets.
const SETS: u32 = 60;
/// log10 of λ.
const DECAYS: std::ops::RangeInclusive<i32> = -12..=3;

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let noise = if lab.broken { 0.0 } else { NOISE };
    let mut findings = Findings::new(&["log10_lambda", "log10_test_mse", "error"]);
    let mut tests = vec![vec![]; DECAYS.count()];
    let (mut flat, mut limit) = (0.0f64, 0.0f64);
    let mut fits = vec![];
    for set in 0..SETS {
        let mut stream = sample::stream(lab.seed, set);
        let seen = points(&mut stream, EXAMPLES, noise, sine);
        let unseen = points(&mut stream, 500, 0.0, sine);
        for (test, power) in tests.iter_mut().zip(DECAYS) {
            test.push(Polynomial::with_decay(&seen, DEGREE, 10f64.powi(power)).error(&unseen).log10());
        }
        flat = flat.max(Polynomial::with_decay(&seen, DEGREE, 1e6).0.amax());
        let exact = Polynomial::least_squares(&seen, DEGREE);
        let near = Polynomial::with_decay(&seen, DEGREE, 1e-22);
        let worst =
            |a: &Polynomial, b: &Polynomial| seen.x.iter().map(|&x| (a.at(x) - b.at(x)).abs()).fold(0.0, f64::max);
        limit = limit.max(worst(&near, &exact));
        if set == 0 {
            fits = vec![shown(&seen)];
        }
    }
    let found: Vec<_> = DECAYS.zip(&tests).map(|(power, test)| (f64::from(power), sample::estimate(test))).collect();
    found.iter().for_each(|(power, test)| findings.row(&[power, &test.0, &test.1]));
    let at = |power: i32| (power - DECAYS.start()) as usize;
    let over = |power: i32| sample::difference(&tests[at(power)], &tests[at(-2)]);
    findings.claim("log10 of the test error: lambda 1e3 over 1e-2", over(3), Need::AtLeast(0.1));
    findings.claim("log10 of the test error: lambda 1e-12 over 1e-2", over(-12), Need::AtLeast(0.1));
    findings.claim("largest coefficient with lambda 1e6", (flat, 0.0), Need::AtMost(1e-4));
    findings.claim("distance of lambda 1e-22 to the pseudo-inverse", (limit, 0.0), Need::AtMost(1e-6));
    findings.claim(
        "distance of the penalty's gradient to lambda theta",
        (gradient_error(lab.seed), 0.0),
        Need::AtMost(1e-8),
    );
    findings.picture("fits", &fits);
    findings.picture(
        "test-error",
        &[Chart {
            title: "Test error of degree 9 on 12 examples of a noisy sine".into(),
            x: Axis::new("log10 of lambda"),
            y: Axis::new("log10 of the mean squared error"),
            curves: Curve::estimates("", 0, &found, 3.0).to_vec(),
        }],
    );
    Ok(findings)
}

/// The largest difference of central differences of ½λ‖θ‖² to λθ.
fn gradient_error(seed: u64) -> f64 {
    let (lambda, width) = (0.3, 1e-4);
    let theta = DVector::from_vec(sample::normals(&mut sample::stream(seed, 1_000), 20));
    let penalty = |theta: &DVector<f64>| 0.5 * lambda * theta.norm_squared();
    let difference = |at: usize| {
        let (mut up, mut down) = (theta.clone(), theta.clone());
        up[at] += width;
        down[at] -= width;
        ((penalty(&up) - penalty(&down)) / (2.0 * width) - lambda * theta[at]).abs()
    };
    (0..theta.len()).map(difference).fold(0.0, f64::max)
}

fn shown(seen: &Points) -> Chart {
    let decays = [("excessive, 100", 100.0), ("medium, 0.01", 0.01), ("to 0, 1e-12", 1e-12)];
    let fit = |(colour, (name, lambda)): (usize, (&str, f64))| {
        Polynomial::with_decay(seen, DEGREE, lambda).curves(&format!("lambda {name}"), colour, SHOWN)
    };
    chart("Degree 9 with weight decay", seen, sine, decays.into_iter().enumerate().flat_map(fit).collect())
}
