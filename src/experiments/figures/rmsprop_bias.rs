//! RMSProp's mean of squares begins too small, so that its first steps are too large.

use std::cell::Cell;

use crate::{
    experiments::{Failed, Figure, Findings, Lab, Need, sample, trajectory::Walker},
    report::{Axis, Chart, Curve, Line},
};

/// Item 42.
pub const RMSPROP_BIAS: Figure = Figure {
    name: "rmsprop-bias",
    items: &[42],
    figure: "",
    title: "RMSProp's estimate of E[g^2] is biased",
    claim: "r <- beta r + (1 - beta) g^2 from r = 0 is (1 - beta^t) E[g^2] after t steps: 0.1 g^2 after the first for beta = 0.9",
    fault: "divides by 1 - beta^t, as Adam does",
    run,
};

/// β
const BETA: f64 = 0.9;
/// ε
const EPSILON: f64 = 1e-7;
/// Steps of a walk.
const STEPS: usize = 60;
/// Walks side by side with gradients at random, each a parameter.
const SIDE: usize = 64;
/// So many times.
const TIMES: usize = 50;

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    // RMSProp is Adam without a mean of gradients and without its correction.
    let walker = match lab.broken {
        false => Walker::free("rmsprop", &["learning_rate=1"], STEPS)?,
        true => Walker::free("adam", &["learning_rate=1", "beta1=0", "beta2=0.9"], STEPS)?,
    };
    let constant: Vec<f64> = squares(&walker, |_| [1.0]).into_iter().map(|[r]| r).collect();
    let mut stream = sample::stream(lab.seed, 0);
    let mut drawn = vec![vec![]; STEPS];
    for _ in 0..TIMES {
        let found = squares::<SIDE>(&walker, |_| std::array::from_fn(|_| sample::normal(&mut stream)));
        drawn.iter_mut().zip(found).for_each(|(drawn, found)| drawn.extend(found));
    }
    let drawn: Vec<(f64, f64)> = drawn.iter().map(|drawn| sample::estimate(drawn)).collect();
    let expected = |t: usize| 1.0 - BETA.powi(t as i32);
    let mut findings = Findings::new(&["t", "expected", "constant_g", "random_g", "random_g_error"]);
    let mut worst = 0f64;
    for t in 1..=STEPS {
        worst = worst.max((constant[t - 1] - expected(t)).abs());
        findings.row(&[&t, &expected(t), &constant[t - 1], &drawn[t - 1].0, &drawn[t - 1].1]);
    }
    findings.claim("constant g: r / g^2 after the first step", (constant[0], 0.0), Need::near(0.1, 1e-9));
    findings.claim("constant g: largest error of 1 - beta^t, t = 1 to 60", (worst, 0.0), Need::AtMost(1e-9));
    let step = 1.0 / (constant[0].sqrt() + EPSILON);
    findings.claim("constant g: the first step / alpha", (step, 0.0), Need::AtLeast(3.0));
    let fall = (1.0 - constant[20]) / (1.0 - constant[10]);
    findings.claim("constant g: bias after 21 steps / after 11", (fall, 0.0), Need::near(BETA.powi(10), 1e-6));
    for t in [1, 5, STEPS] {
        findings.claim(format!("random g: mean of r / E[g^2], t = {t}"), drawn[t - 1], Need::near(expected(t), 0.05));
    }
    let points = |of: &dyn Fn(usize) -> f64| (1..=STEPS).map(|t| (t as f64, of(t))).collect();
    let band: Vec<_> = (1..=STEPS).map(|t| (t as f64, drawn[t - 1].0, 3.0 * drawn[t - 1].1)).collect();
    findings.picture(
        "bias",
        &[
            Chart {
                title: "The mean of squares r, β = 0.9".into(),
                x: Axis::counting("t"),
                y: Axis::new("r / E[g²]"),
                curves: vec![
                    Curve::band(2, &band),
                    Curve::new("random g, ± 3 standard errors", 2, points(&|t| drawn[t - 1].0)),
                    Curve::new("1 - βᵗ", 1, points(&expected)).drawn(Line::Dashed),
                    Curve::new("constant g", 0, points(&|t| constant[t - 1])).drawn(Line::Dots),
                    Curve::threshold("no bias", Line::Level, 1.0),
                ],
            },
            Chart {
                title: "Steps with a constant g: at first too large".into(),
                x: Axis::counting("t"),
                y: Axis::new("step / α"),
                curves: vec![
                    Curve::new("measured", 0, points(&|t| 1.0 / (constant[t - 1].sqrt() + EPSILON))),
                    Curve::threshold("no bias", Line::Level, 1.0),
                ],
            },
        ],
    );
    Ok(findings)
}

/// r after every step, from the steps themselves: g / (√r + ε), with a learning rate of 1.
fn squares<const N: usize>(walker: &Walker, mut gradients: impl FnMut(u64) -> [f64; N]) -> Vec<[f64; N]> {
    let last = Cell::new([0.0; N]);
    let steps = walker.steps(|update| {
        last.set(gradients(update));
        last.get()
    });
    let r = |step: [f64; N]| std::array::from_fn(|at| (last.get()[at] / step[at] - EPSILON).powi(2));
    steps.take(STEPS).map(r).collect()
}
