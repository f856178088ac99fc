//! Gradient descent goes down as long as its steps are short enough.

use crate::{
    experiments::{Failed, Figure, Findings, Lab, Need, trajectory::Walker},
    report::{Axis, Chart, Curve, Line},
};

/// Item 25.
pub const GRADIENT_DESCENT: Figure = Figure {
    name: "gradient-descent",
    items: &[25],
    figure: "fig-4.1",
    title: "Gradient descent on x^2 / 2",
    claim: "theta <- theta - alpha E'(theta): on x^2/2, where f' = x, every step descends if and only if alpha < 2",
    fault: "takes f' = 2x, as if there were no half",
    run,
};

/// The learning rates that are drawn.
const DRAWN: [f64; 4] = [0.1, 1.0, 1.9, 2.1];
/// Steps that are drawn.
const STEPS: usize = 8;
/// Learning rates that are tried: multiples of 1/100, so many.
const TRIED: u32 = 300;

fn f(x: f64) -> f64 {
    0.5 * x * x
}

/// The places of a walk from 1.
fn walk(rate: f64, slope: f64) -> Result<Vec<f64>, Failed> {
    let walker = Walker::free("sgd", &[&format!("learning_rate={rate}")], STEPS)?;
    let places = walker.places([1.0], |_, [x]| [slope * x]).take(STEPS).map(|[x]| x);
    Ok(std::iter::once(1.0).chain(places).collect())
}

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let slope = if lab.broken { 2.0 } else { 1.0 };
    let mut findings = Findings::new(&["alpha", "descends", "ratio"]);
    // Nothing lies below 0.
    let descends = |places: &[f64]| places.windows(2).all(|step| f(step[1]) < f(step[0]) || f(step[1]) == 0.0);
    let (mut greatest, mut least) = (0.0, f64::INFINITY);
    for hundredths in 1..=TRIED {
        let rate = f64::from(hundredths) / 100.0;
        let places = walk(rate, slope)?;
        if descends(&places) {
            greatest = rate;
        } else {
            least = rate.min(least);
        }
        findings.row(&[&rate, &descends(&places), &(f(places[1]) / f(places[0]))]);
    }
    // Both together say "if and only if".
    findings.claim("least alpha that does not always descend", (least, 0.0), Need::near(2.0, 1e-9));
    findings.claim("greatest alpha that does", (greatest, 0.0), Need::near(1.99, 1e-9));
    let mut walks = vec![];
    for rate in DRAWN {
        let places = walk(rate, slope)?;
        let ratio = f(places[1]) / f(places[0]);
        let expected = (1.0 - rate).powi(2);
        findings.claim(format!("f after a step / before, alpha = {rate}"), (ratio, 0.0), Need::near(expected, 1e-12));
        walks.push((rate, places));
    }
    findings.picture("walks", &charts(&walks));
    Ok(findings)
}

fn charts(walks: &[(f64, Vec<f64>)]) -> [Chart; 2] {
    let parabola = (-220..=220).map(|at| f64::from(at) / 100.0).map(|x| (x, f(x))).collect();
    let mut over = vec![Curve { colour: None, ..Curve::new("x²/2", 0, parabola) }];
    let mut losses = vec![];
    for (colour, (rate, places)) in walks.iter().enumerate() {
        let name = format!("α = {rate}");
        let walk: Vec<_> = places.iter().map(|&x| (x, f(x))).collect();
        over.push(Curve::new(name.as_str(), colour, walk.clone()));
        over.push(Curve::new("", colour, walk).drawn(Line::Dots));
        // 0.1 and 1.9 go down at the same pace.
        let drawn = if *rate == 1.9 { Line::Dots } else { Line::Solid };
        let values = (0..).map(f64::from).zip(places.iter().map(|&x| f(x))).collect();
        losses.push(Curve::new(name, colour, values).drawn(drawn));
    }
    [
        Chart { title: "Gradient descent from x = 1".into(), x: Axis::new("x"), y: Axis::new("x²/2"), curves: over },
        Chart {
            title: "The same, step by step (with α = 1 it is 0 after the first)".into(),
            x: Axis::counting("steps"),
            y: Axis { log: true, ..Axis::new("x²/2") },
            curves: losses,
        },
    ]
}
