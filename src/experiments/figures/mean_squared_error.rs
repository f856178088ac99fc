//! The mean squared error is a normal distribution's negative log-likelihood.
//!
//! The slide's cartoon of a normal and a paranormal distribution is Freeman's ("A visual comparison of normal and
//! paranormal distributions", J Epidemiol Community Health 60, 2006, PMC2465539).

use std::f64::consts::{E, PI};

use crate::{
    experiments::{Failed, Figure, Findings, Lab, Need, sample},
    report::{Axis, Chart, Curve, Line},
};

/// Items 13, 23 and 24.
pub const MEAN_SQUARED_ERROR: Figure = Figure {
    name: "mean-squared-error",
    items: &[13, 23, 24],
    figure: "",
    title: "Mean squared error is maximum likelihood of a normal distribution",
    claim: "the line of least squares is the maximum likelihood estimate of N(f(x), sigma^2) for every fixed sigma; d/df 1/N sum (f - y)^2 = 2 (f - y) / N; of all densities of a given variance the normal has the largest entropy (and Freeman's paranormal one, PMC2465539, is a cartoon)",
    fault: "takes a Laplace distribution instead, whose likelihood is that of absolute errors",
    run,
};

const EXAMPLES: usize = 40;
const DEVIATIONS: [f64; 3] = [0.1, 1.0, 10.0];
/// Steps of the grid of slopes from 0 to 2.
const GRID: usize = 20_000;

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let mut findings = Findings::new(&["sigma", "best_slope", "least_squares"]);
    let mut stream = sample::stream(lab.seed, 0);
    let x = sample::normals(&mut stream, EXAMPLES);
    // A few are far off: what absolute errors do not mind, and squares do.
    let noise = |at: usize, e: f64| if at.is_multiple_of(10) { 4.0 * e.abs() } else { 0.5 * e };
    let y: Vec<f64> = x.iter().enumerate().map(|(at, x)| 0.8 * x + noise(at, sample::normal(&mut stream))).collect();
    let squares: f64 = x.iter().map(|x| x * x).sum();
    let exact = x.iter().zip(&y).map(|(x, y)| x * y).sum::<f64>() / squares;
    let slopes: Vec<f64> = (0..=GRID).map(|at| 4.0 * at as f64 / GRID as f64 - 1.0).collect();
    for sigma in DEVIATIONS {
        let nll = |slope: f64| -> f64 {
            let one = |error: f64| match lab.broken {
                false => 0.5 * (error / sigma).powi(2) + 0.5 * (2.0 * PI * sigma * sigma).ln(),
                true => (error / sigma).abs() + (2.0 * sigma).ln(),
            };
            x.iter().zip(&y).map(|(x, y)| one(slope * x - y)).sum::<f64>() / EXAMPLES as f64
        };
        let best = slopes.iter().copied().min_by(|a, b| nll(*a).total_cmp(&nll(*b))).expect("a grid");
        findings.row(&[&sigma, &best, &exact]);
        let text = format!("best slope by likelihood, sigma = {sigma}, less that of least squares");
        findings.claim(text, (best - exact, 0.0), Need::near(0.0, 2.0 * 4.0 / GRID as f64));
    }
    findings.claim("distance of the gradient to 2 (f - y) / N", (gradient_error(&x, &y), 0.0), Need::AtMost(1e-8));
    // Entropies of densities of variance 1, in closed form.
    let normal = 0.5 * (2.0 * PI * E).ln();
    let others = [
        ("uniform", 12f64.sqrt().ln()),
        ("triangular", 0.5 + (6f64.sqrt()).ln()),
        ("Laplace", 1.0 + 2f64.sqrt().ln()),
        ("logistic", 2.0 + (3f64.sqrt() / PI).ln()),
    ];
    for (name, entropy) in others {
        findings.claim(
            format!("entropy: normal less {name}, variance 1"),
            (normal - entropy, 0.0),
            Need::AtLeast(1e-3),
        );
    }
    let line =
        |name: &str, colour, slope: f64| Curve::new(name, colour, vec![(-2.5, -2.5 * slope), (2.5, 2.5 * slope)]);
    let dots = x.iter().copied().zip(y.iter().copied()).collect();
    findings.picture(
        "regression",
        &[Chart {
            title: "Linear regression".into(),
            x: Axis::new("x"),
            y: Axis::new("y"),
            curves: vec![
                line("truth", 1, 0.8).drawn(Line::Dashed),
                line("least squares", 0, exact),
                Curve { colour: None, ..Curve::new("examples", 0, dots) }.drawn(Line::Dots),
            ],
        }],
    );
    Ok(findings)
}

/// Central differences of the loss by each prediction against the formula.
fn gradient_error(x: &[f64], y: &[f64]) -> f64 {
    let count = x.len() as f64;
    let loss = |f: &[f64]| f.iter().zip(y).map(|(f, y)| (f - y).powi(2)).sum::<f64>() / count;
    let apart = |at: usize| {
        let moved = |by: f64| {
            let mut f = x.to_vec();
            f[at] += by;
            loss(&f)
        };
        ((moved(1e-4) - moved(-1e-4)) / 2e-4 - 2.0 * (x[at] - y[at]) / count).abs()
    };
    (0..x.len()).map(apart).fold(0.0, f64::max)
}
