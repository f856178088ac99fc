//! No unbiased estimate of a normal distribution's mean varies less than the mean of the examples.

use crate::{
    experiments::{Failed, Figure, Findings, Lab, Need, sample},
    report::{Axis, Chart, Curve, Line},
};

/// Item 22.
pub const EFFICIENCY: Figure = Figure {
    name: "efficiency",
    items: &[22],
    figure: "",
    title: "A maximum likelihood estimate is efficient",
    claim: "m Var[mean] = sigma^2, the least that is possible (Rao 1945, Cramer 1946); the median needs pi/2 times as many examples",
    fault: "draws from a Laplace distribution, where the median is the better estimate",
    run,
};

/// Examples of an estimate: odd, so that there is one in the middle.
const SIZES: [usize; 4] = [11, 31, 101, 301];
/// Estimates for each number of examples.
const ESTIMATES: usize = 20_000;

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let mut findings = Findings::new(&["m", "mean", "mean_error", "median", "median_error"]);
    let mut found = vec![];
    for (part, size) in SIZES.into_iter().enumerate() {
        let mut stream = sample::stream(lab.seed, part as u32);
        let (mut means, mut medians) = (vec![], vec![]);
        for _ in 0..ESTIMATES {
            let mut values = sample::normals(&mut stream, size);
            if lab.broken {
                values.iter_mut().for_each(|value| *value = laplace(&mut stream));
            }
            // The truth is 0, so that a square is a squared distance from it.
            means.push(size as f64 * sample::mean(&values).powi(2));
            medians.push(size as f64 * sample::median(&values).powi(2));
        }
        let (mean, median) = (sample::estimate(&means), sample::estimate(&medians));
        findings.row(&[&size, &mean.0, &mean.1, &median.0, &median.1]);
        findings.claim(format!("m Var[mean] / sigma^2, m = {size}"), mean, Need::near(1.0, 0.08));
        found.push((size as f64, mean, median));
        lab.progress(part + 1, SIZES.len());
    }
    let (_, _, median) = found[found.len() - 1];
    findings.claim("m Var[median] / sigma^2, m = 301", median, Need::near(std::f64::consts::FRAC_PI_2, 0.15));
    let mut curves = vec![Curve::threshold("least possible", Line::Level, 1.0)];
    for (colour, (name, of)) in [("mean", 0), ("median", 1)].into_iter().enumerate() {
        let points: Vec<_> = found.iter().map(|all| (all.0, [all.1, all.2][of])).collect();
        curves.extend(Curve::estimates(name, colour, &points, 3.0));
    }
    findings.picture(
        "variance",
        &[Chart {
            title: "How much an estimate varies".into(),
            x: Axis { log: true, ..Axis::new("examples, m") },
            y: Axis::new("m times the variance of the estimate"),
            curves,
        }],
    );
    Ok(findings)
}

/// A number from the Laplace distribution of variance 1.
fn laplace(stream: &mut crate::random::Stream) -> f64 {
    let share = f64::from(stream.uniform()) - 0.5;
    -share.signum() * (1.0 - 2.0 * share.abs()).max(f64::MIN_POSITIVE).ln() / 2f64.sqrt()
}
