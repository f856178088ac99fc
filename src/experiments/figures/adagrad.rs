//! AdaGrad's steps shrink like 1/√t, and each parameter has a rate of its own.

use crate::{
    experiments::{Failed, Figure, Findings, Lab, Need, trajectory::Walker},
    report::{Axis, Chart, Curve, Line},
};

/// Items 40 and 41.
pub const ADAGRAD: Figure = Figure {
    name: "adagrad",
    items: &[40, 41],
    figure: "",
    title: "AdaGrad: one over the root of the steps",
    claim: "with g = g0 the factor of g after t steps is (alpha / sqrt t) / (sqrt g0^2 + epsilon / sqrt t), element by element; on a convex function of many scales it is faster than SGD",
    fault: "keeps a moving average of the squares in place of their sum, as RMSProp",
    run,
};

/// ε
const EPSILON: f64 = 1e-7;
/// Gradients that stay as they are, a parameter each.
const GRADIENTS: [f64; 4] = [1e-8, 1e-7, 1.0, -100.0];
/// Steps with them.
const STEPS: usize = 1000;
/// Parameters of the convex function.
const SCALES: usize = 16;
/// Steps within which a rate must arrive.
const PATIENCE: usize = 2000;

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let optimizer = if lab.broken { "rmsprop" } else { "adagrad" };
    let walker = Walker::free(optimizer, &["learning_rate=1", &format!("epsilon={EPSILON}")], STEPS)?;
    let steps = |gradients: [f64; 4]| walker.steps(move |_| gradients).take(STEPS).collect::<Vec<_>>();
    let mut findings = Findings::new(&["t", "g", "step", "expected"]);
    let found = steps(GRADIENTS);
    let expected = |t: f64, g: f64| g / t.sqrt() / (g.abs() + EPSILON / t.sqrt());
    let (mut worst, mut curves) = (0f64, vec![]);
    for (at, g) in GRADIENTS.into_iter().enumerate() {
        for (t, step) in (1..).map(f64::from).zip(&found) {
            let expected = expected(t, g);
            worst = worst.max((step[at] / expected - 1.0).abs());
            if (t.log2() * 2.0).fract() == 0.0 {
                findings.row(&[&t, &g, &step[at], &expected]);
            }
        }
        let line = (1..=STEPS).map(|t| t as f64).map(|t| (t, expected(t, g).abs())).collect();
        let some =
            (0..30).map(|at| 10f64.powf(f64::from(at) / 10.0) as usize).map(|t| (t as f64, found[t - 1][at].abs()));
        let drawn = if g < 0.0 { Line::Dashed } else { Line::Solid };
        curves.push(
            Curve::new(format!("g = {}", if g.abs() < 1.0 { format!("{g:e}") } else { g.to_string() }), at, line)
                .drawn(drawn),
        );
        curves.push(Curve::new("", at, some.collect()).drawn(Line::Dots));
    }
    curves.push(Curve::key("formula", Line::Solid));
    curves.push(Curve::key("measured", Line::Dots));
    findings.claim("largest error of the formula, as a share", (worst, 0.0), Need::AtMost(1e-9));
    let other = steps([GRADIENTS[0], 7.0, GRADIENTS[2], GRADIENTS[3]]);
    let same = |at: usize| found.iter().zip(&other).all(|(a, b)| a[at].to_bits() == b[at].to_bits());
    let touched = [0, 2, 3].into_iter().filter(|&at| !same(at)).count();
    findings.claim("parameters that another's gradient touches", (touched as f64, 0.0), Need::near(0.0, 0.0));
    let (plain, rates) = (best("sgd", 0.05)?, best(optimizer, 0.2)?);
    findings.claim(
        "convex: steps of SGD / of AdaGrad, each at its best alpha",
        (plain.1 / rates.1, 0.0),
        Need::AtLeast(3.0),
    );
    findings.picture(
        "adagrad",
        &[
            Chart {
                title: "Steps with a gradient that stays, α = 1".into(),
                x: Axis { log: true, ..Axis::new("t") },
                y: Axis { log: true, ..Axis::new("size of the step") },
                curves,
            },
            Chart {
                title: "A convex function with curvatures from 1 to 0.01, each at its best α".into(),
                x: Axis::counting("steps"),
                y: Axis { log: true, ..Axis::new("the function's value / at the start") },
                curves: vec![
                    Curve::new(format!("sgd, α = {:.2}", plain.0), 0, plain.2),
                    Curve::new(format!("{optimizer}, α = {:.2}", rates.0), 1, rates.2),
                ],
            },
        ],
    );
    Ok(findings)
}

/// A learning rate, its steps until the value is a ten thousandth, and the values on the way.
type Best = (f64, f64, Vec<(f64, f64)>);

/// The best of the multiples of `unit`.
fn best(optimizer: &str, unit: f64) -> Result<Best, Failed> {
    // Not all as far from the minimum, or a first step of one size would lead there.
    let start: [f64; SCALES] = std::array::from_fn(|at| 1.0 + (at * 7 % 5) as f64);
    let curvature: [f64; SCALES] = std::array::from_fn(|at| 100f64.powf(-(at as f64) / (SCALES - 1) as f64));
    let value = |place: &[f64; SCALES]| {
        let terms = |place: &[f64; SCALES]| (0..SCALES).map(|at| curvature[at] * place[at].powi(2)).sum::<f64>();
        terms(place) / terms(&start)
    };
    let mut best: Best = (f64::NAN, PATIENCE as f64, vec![]);
    for rate in (1..=39).map(|at| unit * f64::from(at)) {
        let walker = Walker::free(optimizer, &[&format!("learning_rate={rate}")], PATIENCE)?;
        let gradient = |_, place: [f64; SCALES]| std::array::from_fn(|at| curvature[at] * place[at]);
        let places = walker.places(start, gradient).take(best.1 as usize);
        let mut values = vec![(0.0, 1.0)];
        for place in places {
            values.push((values.len() as f64, value(&place)));
            if value(&place) <= 1e-4 {
                best = (rate, values.len() as f64 - 1.0, values);
                break;
            }
        }
    }
    Ok(best)
}
