//! The more examples, the rarer is an estimate far from the truth.

use crate::{
    experiments::{Failed, Figure, Findings, Lab, Need, sample},
    report::{Axis, Chart, Curve, Line},
};

/// Item 21.
pub const CONSISTENCY: Figure = Figure {
    name: "consistency",
    items: &[21],
    figure: "",
    title: "A maximum likelihood estimate is consistent",
    claim: "P(|theta_m - theta| > epsilon) goes to 0 as the number m of examples grows, for every epsilon > 0",
    fault: "estimates by the first example alone, which is unbiased too",
    run,
};

/// Examples of an estimate.
const SIZES: [usize; 7] = [10, 30, 100, 300, 1_000, 3_000, 10_000];
/// Estimates for each number of examples.
const ESTIMATES: usize = 400;
/// How far is far, in units of the deviation.
const DISTANCES: [f64; 3] = [0.05, 0.1, 0.2];

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let mut findings = Findings::new(&["m", "distance", "share", "share_error"]);
    let mut shares = vec![vec![]; DISTANCES.len()];
    for (part, size) in SIZES.into_iter().enumerate() {
        let mut stream = sample::stream(lab.seed, part as u32);
        let estimates: Vec<f64> = (0..ESTIMATES)
            .map(|_| sample::mean(&sample::normals(&mut stream, if lab.broken { 1 } else { size })))
            .collect();
        for (distance, shares) in DISTANCES.into_iter().zip(&mut shares) {
            let far: Vec<f64> = estimates.iter().map(|at| f64::from(u8::from(at.abs() > distance))).collect();
            let share = sample::estimate(&far);
            findings.row(&[&size, &distance, &share.0, &share.1]);
            shares.push((size as f64, share));
        }
        lab.progress(part + 1, SIZES.len());
    }
    let mut curves = vec![];
    for (colour, (distance, shares)) in DISTANCES.into_iter().zip(&shares).enumerate() {
        let (first, last) = (shares[0].1, shares[shares.len() - 1].1);
        findings.claim(format!("P(far), epsilon = {distance}, m = 10,000"), last, Need::AtMost(0.01));
        let fall = (first.0 - last.0, first.1.hypot(last.1));
        findings.claim(format!("fall of P(far) from m = 10, epsilon = {distance}"), fall, Need::AtLeast(0.2));
        curves.extend(Curve::estimates(format!("epsilon = {distance}"), colour, shares, 1.0));
    }
    curves.push(Curve::threshold("never", Line::Level, 0.0));
    findings.picture(
        "far",
        &[Chart {
            title: "How often the estimate of a mean is far off".into(),
            x: Axis { log: true, ..Axis::new("examples, m") },
            y: Axis::new("P(|estimate - truth| > epsilon)"),
            curves,
        }],
    );
    Ok(findings)
}
