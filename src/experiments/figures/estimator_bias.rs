//! The variance of a sample is too small, by one part in N.

use crate::{
    experiments::{Failed, Figure, Findings, Lab, Need, sample},
    report::{Axis, Chart, Curve, Line},
};

/// Items 19 and 20, first half.
pub const ESTIMATOR_BIAS: Figure = Figure {
    name: "estimator-bias",
    items: &[19],
    figure: "",
    title: "The variance of a sample is a biased estimate",
    claim: "E[1/N sum (x - mean)^2] = (1 - 1/N) sigma^2: biased, and less so the larger N is; the mean is not biased",
    fault: "divides by N - 1 instead of N",
    run,
};

/// Examples in a sample.
const SIZES: [usize; 6] = [2, 3, 5, 10, 30, 100];
/// Samples of each size.
const SAMPLES: usize = 20_000;
/// The variance of what is drawn.
const VARIANCE: f64 = 4.0;

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let mut findings = Findings::new(&["N", "mean", "mean_error", "variance", "variance_error", "expected"]);
    let mut found = vec![];
    for (part, size) in SIZES.into_iter().enumerate() {
        let mut stream = sample::stream(lab.seed, part as u32);
        let (mut means, mut variances) = (vec![], vec![]);
        for _ in 0..SAMPLES {
            let values: Vec<f64> =
                sample::normals(&mut stream, size).iter().map(|value| 1.0 + VARIANCE.sqrt() * value).collect();
            means.push(sample::mean(&values));
            let unbiased = if lab.broken { size as f64 / (size as f64 - 1.0) } else { 1.0 };
            variances.push(sample::variance(&values) * unbiased / VARIANCE);
        }
        let (mean, ratio) = (sample::estimate(&means), sample::estimate(&variances));
        let expected = 1.0 - 1.0 / size as f64;
        findings.row(&[&size, &mean.0, &mean.1, &ratio.0, &ratio.1, &expected]);
        // The tolerance shrinks with the bias that is to be seen.
        findings.claim(format!("E[variance] / sigma^2, N = {size}"), ratio, Need::near(expected, 0.5 / size as f64));
        findings.claim(format!("E[mean], N = {size}"), mean, Need::near(1.0, 0.1));
        found.push((size as f64, ratio));
    }
    let [band, line] = Curve::estimates("measured", 0, &found, 3.0);
    let formula =
        (0..=100).map(|at| 2.0 * 50f64.powf(f64::from(at) / 100.0)).map(|size| (size, 1.0 - 1.0 / size)).collect();
    findings.picture(
        "bias",
        &[Chart {
            title: "Mean of the sample's variance".into(),
            x: Axis { log: true, ..Axis::new("examples in a sample, N") },
            y: Axis::new("share of the true variance"),
            curves: vec![
                Curve::new("1 - 1/N", 1, formula).drawn(Line::Dashed),
                band,
                line.drawn(Line::Dots),
                Curve::threshold("no bias", Line::Level, 1.0),
            ],
        }],
    );
    Ok(findings)
}
