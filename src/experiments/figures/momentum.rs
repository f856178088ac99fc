//! Momentum adds up what all gradients have in common.

use crate::{
    experiments::{
        Failed, Figure, Findings, Lab, Need,
        trajectory::{self, Surface, Walker},
    },
    report::{Axis, Chart, Curve, Line},
};

/// Item 38.
pub const MOMENTUM: Figure = Figure {
    name: "momentum",
    items: &[38],
    figure: "fig-8.5",
    title: "Momentum in a canyon",
    claim: "v <- beta v - alpha g; theta <- theta + v: fewer steps than plain gradient descent, each at its best alpha; a gradient's part in the n-th step after it is beta^(n-1)",
    fault: "sets beta to 0: what was before a step is forgotten",
    run,
};

/// β
const BETA: f64 = 0.9;
/// Learning rates that are tried: multiples of 1/20, so many.
const RATES: u32 = 39;
/// Steps within which a rate must arrive.
const STEPS: usize = 600;
/// The function's value where it has arrived.
const ARRIVED: f64 = 1e-4;
/// Steps over which one gradient is followed.
const FOLLOWED: usize = 60;

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let canyon = trajectory::named("ill_conditioned").expect("one of the functions");
    let beta = format!("momentum={}", if lab.broken { 0.0 } else { BETA });
    let mut findings = Findings::new(&["optimizer", "alpha", "steps"]);
    let (mut paths, mut curves, mut best) = (vec![], vec![], vec![]);
    for (colour, (optimizer, keys)) in [("sgd", vec![]), ("momentum", vec![beta.as_str()])].into_iter().enumerate() {
        let mut tried = vec![];
        for rate in (1..=RATES).map(|at| f64::from(at) / 20.0) {
            let rated = format!("learning_rate={rate}");
            let walker = Walker::free(optimizer, &[&[rated.as_str()], &keys[..]].concat(), STEPS)?;
            if let Some(steps) = arrives(&walker, canyon) {
                findings.row(&[&optimizer, &rate, &steps]);
                tried.push((rate, steps as f64));
                if tried.iter().all(|other| steps as f64 <= other.1) {
                    best.truncate(colour);
                    paths.truncate(colour);
                    best.push((rate, steps as f64));
                    paths.push(walker.walk(canyon, canyon.start, canyon.steps, || ()));
                }
            }
        }
        curves.push(Curve::new(optimizer, colour, tried));
    }
    let [sgd, momentum] = best[..] else { unreachable!("both arrive with some rate") };
    findings.claim(
        "steps of plain descent / of momentum, each at its best",
        (sgd.1 / momentum.1, 0.0),
        Need::AtLeast(2.0),
    );
    let parts = parts(&beta)?;
    let expected = |step: usize| BETA.powi(step as i32);
    let worst = parts.iter().enumerate().map(|(step, part)| (part - expected(step)).abs()).fold(0.0, f64::max);
    findings.claim("largest error of beta^(n-1), n = 1 to 60", (worst, 0.0), Need::AtMost(1e-12));
    findings.claim("ten parts in a row / the ten before", ratio(&parts), Need::near(BETA.powi(10), 1e-9));
    let points = |of: &dyn Fn(usize) -> f64| (0..FOLLOWED).map(|at| (at as f64 + 1.0, of(at))).collect();
    findings.pictures.push(("walks", trajectory::picture(canyon, &paths)));
    findings.picture(
        "momentum",
        &[
            Chart {
                title: format!(
                    "Steps to a value of {ARRIVED}; best: {} at α = {}, with momentum {} at {}",
                    sgd.1, sgd.0, momentum.1, momentum.0
                ),
                x: Axis::new("learning rate, α"),
                y: Axis { log: true, ..Axis::new("steps") },
                curves,
            },
            Chart {
                title: "What one gradient adds to the steps after it".into(),
                x: Axis::counting("step n after the gradient"),
                y: Axis::new("share of α g"),
                curves: vec![
                    Curve::new("β^(n-1)", 1, points(&expected)),
                    Curve::new("measured", 0, points(&|at| parts[at])).drawn(Line::Dots),
                ],
            },
        ],
    );
    Ok(findings)
}

/// Steps until the function's value is as small as wanted.
fn arrives(walker: &Walker, canyon: &Surface) -> Option<usize> {
    let places = walker.places(canyon.start, |_, place| (canyon.gradient)(place)).take(STEPS);
    places.map(canyon.f).position(|value| value <= ARRIVED).map(|before| before + 1)
}

/// The steps that follow from a gradient of 1 and then none, as shares of α.
fn parts(beta: &str) -> Result<Vec<f64>, Failed> {
    let walker = Walker::free("momentum", &["learning_rate=1", beta], FOLLOWED)?;
    let impulse = |update| [if update == 0 { 1.0 } else { 0.0 }];
    Ok(walker.steps(impulse).take(FOLLOWED).map(|[step]| step).collect())
}

/// The sum of the second ten over that of the first.
fn ratio(parts: &[f64]) -> (f64, f64) {
    let sum = |from: usize| parts[from..from + 10].iter().sum::<f64>();
    (sum(10) / sum(0), 0.0)
}
