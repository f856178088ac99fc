//! A biased estimate may be closer to the truth than one without bias.

use crate::{
    experiments::{Failed, Figure, Findings, Lab, Need, sample},
    report::{Axis, Chart, Curve, Line},
};

/// Item 20.
pub const BIASED_BUT_BETTER: Figure = Figure {
    name: "biased-but-better",
    items: &[20],
    figure: "",
    title: "Biased, and closer to the truth",
    claim: "for a normal distribution E[(s^2/N - sigma^2)^2] < E[(s^2/(N-1) - sigma^2)^2]: the bias costs less than the variance it saves",
    fault: "divides by N - 1 in both estimates",
    run,
};

/// Examples in a sample.
const SIZES: [usize; 4] = [2, 5, 10, 30];
/// Samples of each size.
const SAMPLES: usize = 40_000;

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let mut findings = Findings::new(&["N", "biased", "unbiased", "saved", "saved_error"]);
    let mut found = vec![];
    for (part, size) in SIZES.into_iter().enumerate() {
        let mut stream = sample::stream(lab.seed, part as u32);
        let (mut biased, mut unbiased, mut saved) = (vec![], vec![], vec![]);
        for _ in 0..SAMPLES {
            let squares = sample::variance(&sample::normals(&mut stream, size)) * size as f64;
            let error = |divisor: f64| (squares / divisor - 1.0).powi(2);
            let of_all = error(if lab.broken { size as f64 - 1.0 } else { size as f64 });
            let of_others = error(size as f64 - 1.0);
            // Both see the same samples: the difference is much surer than either.
            biased.push(of_all);
            unbiased.push(of_others);
            saved.push(of_others - of_all);
        }
        let (biased, unbiased, saved) = (sample::mean(&biased), sample::mean(&unbiased), sample::estimate(&saved));
        findings.row(&[&size, &biased, &unbiased, &saved.0, &saved.1]);
        findings.claim(format!("squared error saved by the bias, N = {size}"), saved, Need::AtLeast(1e-6));
        found.push((size as f64, biased, unbiased));
    }
    let curve = |name: &str, colour, of: fn(&(f64, f64, f64)) -> f64| {
        Curve::new(name, colour, found.iter().map(|all| (all.0, of(all))).collect())
    };
    findings.picture(
        "squared-error",
        &[Chart {
            title: "Mean squared error of two estimates of a variance of 1".into(),
            x: Axis { log: true, ..Axis::new("examples in a sample, N") },
            y: Axis { log: true, ..Axis::new("mean squared error") },
            curves: vec![
                curve("divided by N (biased)", 0, |all| all.1),
                curve("divided by N - 1", 1, |all| all.2).drawn(Line::Dashed),
            ],
        }],
    );
    Ok(findings)
}
