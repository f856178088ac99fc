//! Training longer makes it worse, then better.

use nalgebra::{DMatrix, DVector};

use crate::{
    experiments::{Failed, Figure, Findings, Lab, Need, sample},
    report::{Axis, Chart, Curve},
};

/// Item 56, its lines by epochs.
pub const EPOCH_WISE: Figure = Figure {
    name: "epoch-wise",
    items: &[56],
    figure: "",
    title: "Epoch-wise double descent",
    claim: "where some features are learned fast and others slowly, the test error falls, rises while the fast ones fit the noise, and falls again when the slow ones are learned",
    fault: "all features have one scale",
    run,
};

const EXAMPLES: usize = 150;
/// Features of each scale.
const FEATURES: usize = 60;
/// The slow ones' scale, and how long their true weights are.
const SLOW: (f64, f64) = (0.05, 20.0);
const NOISE: f64 = 0.5;
/// Training sets.
const SETS: u32 = 12;
/// Points of the curve: steps from 1 to 6,000, each as many times the one before.
const POINTS: usize = 80;
const STEPS: f64 = 6_000.0;

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let mut findings = Findings::new(&["step", "test_error", "standard_error"]);
    let steps: Vec<f64> = (0..POINTS).map(|at| STEPS.powf(at as f64 / (POINTS - 1) as f64).round()).collect();
    let curves: Vec<Vec<f64>> = (0..SETS).map(|set| one(lab, set, &steps)).collect();
    let (mut first, mut second) = (vec![], vec![]);
    for curve in &curves {
        // The first minimum lies before step 10; the peak behind it.
        let early = steps
            .iter()
            .zip(curve)
            .filter(|(step, _)| **step <= 10.0)
            .map(|(_, error)| *error)
            .fold(f64::MAX, f64::min);
        let between = steps.iter().zip(curve).filter(|(step, _)| (10.0..1_000.0).contains(*step));
        let peak = between.map(|(_, error)| *error).fold(0.0, f64::max);
        first.push(peak - early);
        second.push(peak - curve[curve.len() - 1]);
    }
    findings.claim("rise from the first minimum to the peak", sample::estimate(&first), Need::AtLeast(0.05));
    findings.claim("fall from the peak to step 6,000", sample::estimate(&second), Need::AtLeast(0.3));
    let mut points = vec![];
    for (at, step) in steps.iter().enumerate() {
        let (mean, error) = sample::estimate(&curves.iter().map(|curve| curve[at]).collect::<Vec<_>>());
        findings.row(&[step, &mean, &error]);
        points.push((*step, (mean, error)));
    }
    findings.picture(
        "test-error",
        &[Chart {
            title: "Test error by steps of gradient descent".into(),
            x: Axis { log: true, ..Axis::new("step") },
            y: Axis::new("mean squared error"),
            curves: Curve::estimates("", 0, &points, 1.0).to_vec(),
        }],
    );
    Ok(findings)
}

/// The expected squared error on new examples after each number of steps of gradient descent from 0 on a linear
/// model, in closed form: along each singular vector the error shrinks by the same factor every step.
fn one(lab: &Lab, set: u32, steps: &[f64]) -> Vec<f64> {
    let mut stream = sample::stream(lab.seed, set);
    let slow = if lab.broken { 1.0 } else { SLOW.0 };
    let scale = |feature: usize| if feature < FEATURES { 1.0 } else { slow };
    let truth = {
        let fast = DVector::from_vec(sample::normals(&mut stream, FEATURES)).normalize();
        let slow = DVector::from_vec(sample::normals(&mut stream, FEATURES)).normalize() * (SLOW.1 * SLOW.0 / slow);
        DVector::from_iterator(2 * FEATURES, fast.iter().chain(slow.iter()).copied())
    };
    let x = DMatrix::from_fn(EXAMPLES, 2 * FEATURES, |_, feature| scale(feature) * sample::normal(&mut stream));
    let noise = DVector::from_fn(EXAMPLES, |_, _| NOISE * sample::normal(&mut stream));
    let y = &x * &truth + noise;
    let svd = x.svd(true, true);
    let (u, v) = (svd.u.expect("asked for"), svd.v_t.expect("asked for").transpose());
    let values = svd.singular_values;
    let along = u.transpose() * y;
    let rate = 0.9 / values.max().powi(2);
    let at = |step: &f64| {
        let learned = |at: usize| (1.0 - (1.0 - rate * values[at].powi(2)).powf(*step)) * along[at] / values[at];
        let weights = &v * DVector::from_fn(values.len(), |at, _| learned(at));
        let apart = weights - &truth;
        let excess = apart.iter().enumerate().map(|(at, error)| (scale(at) * error).powi(2));
        excess.sum::<f64>() + NOISE * NOISE
    };
    steps.iter().map(at).collect()
}
