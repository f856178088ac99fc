//! How learning rates fall.

use std::f64::consts::PI;

use crate::{
    config::OptimizerConfig,
    experiments::{Failed, Figure, Findings, Lab, Need},
    report::{Axis, Chart, Curve, Line},
    schedules::{Run, Schedule},
};

/// Items 46 to 51.
pub const SCHEDULES: Figure = Figure {
    name: "schedules",
    items: &[46, 47, 48, 49, 50, 51],
    figure: "",
    title: "The lecture's schedules from 0.1 to 0.001",
    claim: "alpha (1 - t/T)^p, alpha / sqrt t, alpha c^t, alpha (1 + cos(pi t/T))/2 = alpha cos^2(pi t/(2T)); restarts begin at alpha, warmup is linear",
    fault: "leaves out the half of the first form of cosine decay",
    run,
};

/// T
pub(super) const STEPS: u64 = 1000;
/// The first rate, and the last.
const ENDS: [f64; 2] = [0.1, 0.001];
/// Steps of an epoch.
const EPOCH: u64 = 50;

/// A schedule of 1000 steps in epochs of 50, from its keys; it begins at 0.1 unless they say otherwise.
pub(super) fn schedule(keys: &str) -> Result<Schedule, Failed> {
    let config = OptimizerConfig::of("sgd", &[format!("learning_rate={{ {keys} }}")])?;
    Ok(Schedule::read(&config, &Run { steps: STEPS, steps_per_epoch: EPOCH, stride: 1, learning_rate: ENDS[0] })?)
}

/// A schedule, its keys, its formula of t / T.
type Shown = (&'static str, &'static str, fn(f64) -> f64);

/// From the first rate to the last by a factor that goes from 1 to 0.
fn between(factor: f64) -> f64 {
    ENDS[1] + (ENDS[0] - ENDS[1]) * factor
}

const SHOWN: [Shown; 7] = [
    ("linear", "schedule = 'linear', final = 0.001", |u| between(1.0 - u)),
    ("polynomial, p = 2", "schedule = 'polynomial', power = 2.0, final = 0.001", |u| between((1.0 - u).powi(2))),
    // Its t counts from 1. No factor leads it to a hundredth in so many steps.
    ("inverse sqrt", "schedule = 'inverse_sqrt'", |u| ENDS[0] / (u * STEPS as f64 + 1.0).sqrt()),
    ("exponential", "schedule = 'exponential', rate = 0.01, steps = 1000", |u| ENDS[0] * 0.01f64.powf(u)),
    (
        "exponential, every 4 epochs",
        "schedule = 'exponential', rate = 0.39810717055349726, epochs = 4, staircase = true",
        |u| ENDS[0] * 0.01f64.powf((u * 5.0).floor() / 5.0),
    ),
    ("cosine", "schedule = 'cosine', final = 0.001", |u| between(0.5 * (1.0 + (PI * u).cos()))),
    ("cosine squared", "schedule = 'cosine_squared', final = 0.001", |u| between((PI / 2.0 * u).cos().powi(2))),
];

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let mut findings = Findings::new(&["schedule", "t", "rate", "formula"]);
    let (mut curves, mut rates, mut firsts, mut lasts) = (vec![], vec![], vec![], vec![]);
    for (colour, (name, keys, formula)) in SHOWN.into_iter().enumerate() {
        let schedule = schedule(keys)?;
        let formula = |t: f64| match (lab.broken, name, t / STEPS as f64) {
            (true, "cosine", u) => between(1.0 + (PI * u).cos()),
            (_, _, u) => formula(u),
        };
        let line: Vec<(f64, f64)> = (0..=STEPS).map(|t| (t as f64, schedule.at(t))).collect();
        let worst = line.iter().map(|&(t, rate)| (rate - formula(t)).abs()).fold(0.0, f64::max);
        findings.claim(format!("{name}: largest distance from its formula"), (worst, 0.0), Need::AtMost(1e-12));
        firsts.push((schedule.at(0) - ENDS[0]).abs());
        lasts.extend((name != "inverse sqrt").then_some((schedule.at(STEPS) - ENDS[1]).abs()));
        for &(t, rate) in line.iter().step_by(EPOCH as usize) {
            findings.row(&[&name, &t, &rate, &formula(t)]);
        }
        let drawn = if name == "cosine squared" { Line::Dashed } else { Line::Solid };
        curves.push(Curve::new(name, colour, line.clone()).drawn(drawn));
        rates.push(line);
    }
    let most = |off: &[f64]| (off.iter().copied().fold(0.0, f64::max), 0.0);
    findings.claim("largest distance of a first rate from 0.1", most(&firsts), Need::AtMost(1e-12));
    findings.claim("of a rate after 1000 steps from 0.001 (not 1/sqrt t)", most(&lasts), Need::AtMost(1e-12));
    let [.., one, other] = &rates[..] else { unreachable!("two forms of the cosine") };
    let apart: Vec<f64> = one.iter().zip(other).map(|(a, b)| (a.1 - b.1).abs()).collect();
    findings.claim("largest distance of the two forms of the cosine", most(&apart), Need::AtMost(1e-12));
    let restarts = schedule("schedule = 'restarts', final = 0.001, period = 100, multiplier = 2.0")?;
    let off = [0, 100, 300, 700].map(|t| (restarts.at(t) - ENDS[0]).abs());
    findings.claim("restarts: largest distance of a restart's rate from alpha", most(&off), Need::AtMost(1e-12));
    let warmup = schedule("schedule = 'cosine', final = 0.001, warmup = 200")?;
    let off: Vec<f64> = (0..200).map(|t| (warmup.at(t) - ENDS[0] * (t as f64 + 1.0) / 200.0).abs()).collect();
    findings.claim("warmup: largest distance from alpha (t + 1)/200", most(&off), Need::AtMost(1e-12));
    let slide = schedule("schedule = 'exponential', rate = 0.99")?;
    let off: Vec<f64> = (0..STEPS).map(|t| (slide.at(t) - ENDS[0] * 0.99f64.powi(t as i32)).abs()).collect();
    findings.claim("exponential without steps: largest distance from alpha c^t", most(&off), Need::AtMost(1e-12));
    let root = schedule("schedule = 'inverse_sqrt', warmup = 200")?;
    let off = (200..=STEPS).map(|step| (root.at(step - 1) - ENDS[0] * (200.0 / step as f64).sqrt()).abs());
    let text = "inverse sqrt behind a warmup of N = 200: from alpha sqrt(N/t)";
    findings.claim(text, most(&off.collect::<Vec<_>>()), Need::AtMost(1e-12));
    let line = |schedule: &Schedule| (0..=STEPS).map(|t| (t as f64, schedule.at(t))).collect();
    let axis = || Axis::new("learning rate, α");
    findings.picture(
        "schedules",
        &[
            Chart { title: "Schedules".into(), x: Axis::counting("step, t"), y: axis(), curves: curves.clone() },
            Chart { title: "The same".into(), x: Axis::counting("step, t"), y: Axis { log: true, ..axis() }, curves },
            Chart {
                title: "Restarts and warmup".into(),
                x: Axis::counting("step, t"),
                y: axis(),
                curves: vec![
                    Curve::new("restarts, each twice as long", 0, line(&restarts)),
                    Curve::new("warmup, then cosine", 1, line(&warmup)),
                    Curve::new("warmup, then inverse sqrt", 2, line(&root)),
                ],
            },
        ],
    );
    Ok(findings)
}
