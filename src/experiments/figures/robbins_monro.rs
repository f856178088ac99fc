//! Learning rates must fall fast enough to silence the noise, and not so fast that nothing moves.

use crate::{
    experiments::{Failed, Figure, Findings, Lab, Need, sample, trajectory::Walker},
    report::{Axis, Chart, Curve, Line},
};

/// Item 27.
pub const ROBBINS_MONRO: Figure = Figure {
    name: "robbins-monro",
    items: &[27],
    figure: "",
    title: "Which learning rates lead to the optimum",
    claim: "sum alpha_i = infinity and sum alpha_i^2 < infinity (Robbins and Monro 1951), such as 1/i; a constant rate keeps the noise, 1/i^2 stops too early",
    fault: "takes 1/i^2 for 1/i",
    run,
};

/// Steps of a walk.
const STEPS: usize = 1000;
/// Walks side by side, each a parameter.
const SIDE: usize = 64;
/// So many times.
const TIMES: usize = 32;
/// Where all begin.
const START: f64 = 4.0;
/// The constant rate.
const CONSTANT: f64 = 0.1;

type Places = Vec<[f64; SIDE]>;

/// The walks on x²/2 where every gradient has a noise of variance 1.
fn walks(rates: &str, noise: &Places) -> Result<Places, Failed> {
    let walker = Walker::free("sgd", &[&format!("learning_rate={rates}")], STEPS)?;
    let gradient = |update: u64, places: [f64; SIDE]| {
        let noise = &noise[update as usize];
        std::array::from_fn(|at| places[at] + noise[at])
    };
    Ok(walker.places([START; SIDE], gradient).take(STEPS).collect())
}

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let inverse = |power: u32| format!("{{ schedule = \"robbins_monro\", initial = 1.0, power = {power}.0 }}");
    let rates = [
        ("1/i", inverse(if lab.broken { 2 } else { 1 })),
        ("constant 0.1", CONSTANT.to_string()),
        ("1/i^2", inverse(2)),
    ];
    let mut found: Vec<Vec<Places>> = vec![vec![]; rates.len()];
    for part in 0..TIMES {
        let mut stream = sample::stream(lab.seed, part as u32);
        let noise: Places = (0..STEPS).map(|_| std::array::from_fn(|_| sample::normal(&mut stream))).collect();
        for ((_, rates), found) in rates.iter().zip(&mut found) {
            found.push(walks(rates, &noise)?);
        }
        lab.progress(part + 1, TIMES);
    }
    let mut findings = Findings::new(&["rates", "i", "squared_distance", "error"]);
    let mut curves = vec![];
    let mut ends = vec![];
    for (colour, ((name, _), walks)) in rates.iter().zip(&found).enumerate() {
        let mut points = vec![];
        // As many steps for every doubling.
        let mut steps: Vec<usize> =
            (0..=60).map(|at| (STEPS as f64).powf(f64::from(at) / 60.0).round() as usize).collect();
        steps.dedup();
        for step in steps {
            let squares: Vec<f64> = walks.iter().flat_map(|walk| walk[step - 1]).map(|x| x * x).collect();
            let (square, error) = sample::estimate(&squares);
            findings.row(&[name, &step, &square, &error]);
            points.push((step as f64, (square, error)));
        }
        curves.extend(Curve::estimates(*name, colour, &points, 1.0));
        let at = |step: f64| points.iter().find(|point| point.0 == step).map_or((f64::NAN, 0.0), |point| point.1);
        ends.push((at(100.0), at(STEPS as f64)));
    }
    let steps = STEPS as f64;
    let [inverse, constant, square] = ends[..] else { unreachable!("three kinds of rates") };
    // With 1/i each place is the mean of the noise so far.
    for (step, (square, error)) in [(100.0, inverse.0), (steps, inverse.1)] {
        findings.claim(format!("1/i: i E[x^2], i = {step}"), (step * square, step * error), Need::near(1.0, 0.25));
    }
    let plateau = CONSTANT / (2.0 - CONSTANT);
    for (step, square) in [(100.0, constant.0), (steps, constant.1)] {
        findings.claim(format!("constant: E[x^2], alpha/(2 - alpha), i = {step}"), square, Need::near(plateau, 0.015));
    }
    let limit = std::f64::consts::PI.powi(2) / 3.0 - 3.0;
    findings.claim("1/i^2: E[x^2], pi^2/3 - 3, i = 1000", square.1, Need::near(limit, 0.08));
    curves.push(
        Curve { colour: None, ..Curve::new("E[x²] = 1/i", 0, vec![(1.0, 1.0), (steps, 1.0 / steps)]) }
            .drawn(Line::Dashed),
    );
    findings.picture(
        "distance",
        &[Chart {
            title: "SGD on x²/2 with noise of variance 1".into(),
            x: Axis { log: true, ..Axis::new("step, i") },
            y: Axis { log: true, ..Axis::new("E[x²], ± standard error") },
            curves,
        }],
    );
    Ok(findings)
}
