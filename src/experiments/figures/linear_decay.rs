//! Linear decay falls too fast for a deep network.

use crate::{
    experiments::{Cell, Failed, Figure, Findings, Lab, Need, sample},
    report::{Axis, Chart, Curve, Line},
};

/// Item 47.
pub const LINEAR_DECAY: Figure = Figure {
    name: "linear-decay",
    items: &[47],
    figure: "",
    title: "Linear decay is too fast for a deep network",
    claim: "linear decay has theoretical guarantees of convergence, but is usually too fast for deep neural networks: in as many steps they learn more where the rate stays before it falls",
    fault: "lets the rate fall from the first step in both",
    run,
};

/// Trainings of each kind, with the seeds from the lab's on.
const SEEDS: u64 = 6;
const EPOCHS: usize = 30;
/// Steps of each, with batches of 32.
const STEPS: usize = EPOCHS * EXAMPLES.div_ceil(32);
/// Training examples.
const EXAMPLES: usize = 630;
/// The first rate.
const RATE: f64 = 0.05;

/// Seven hidden layers.
const LAYERS: &str = "model.layers=[{op='flatten'},{op='repeat',name='h',times=7,layers=[{op='dense',units=24,\
     activation='relu'}]},{op='dense',units=10}]";

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let mut findings = Findings::new(&["seed", "rate", "train_loss", "dev_loss"]);
    let linear = format!("{{schedule='linear',initial={RATE}}}");
    let held = format!(
        "{{schedule='sequence',parts=[{{schedule='constant',initial={RATE},length={}}},\
         {{schedule='linear',initial={RATE}}}]}}",
        STEPS / 2
    );
    let held = if lab.broken { &linear } else { &held };
    let (mut ratios, mut dots) = (vec![], [vec![], vec![]]);
    for (at, seed) in (lab.seed..lab.seed + SEEDS).enumerate() {
        let [falls, stays] = [trained(lab, seed, &linear)?, trained(lab, seed, held)?];
        for ((name, cell), dots) in [("linear", &falls), ("held", &stays)].into_iter().zip(&mut dots) {
            let [train, dev] = [cell.train, cell.dev].map(|figures| figures.expect("each has examples").loss);
            findings.row(&[&seed, &name, &train, &dev]);
            dots.push((seed as f64, train));
        }
        let loss = |cell: &Cell| cell.train.expect("training examples").loss;
        ratios.push((loss(&falls) / loss(&stays)).ln());
        lab.progress(at + 1, SEEDS as usize);
    }
    findings.claim(
        "log of the training loss with linear decay / with a rate that stays for the first half",
        sample::estimate(&ratios),
        Need::AtLeast(0.1),
    );
    let [linear, held] = dots;
    let rate = |from: usize| {
        let line =
            (0..=STEPS).step_by(10).map(|t| (t as f64, RATE * (STEPS - t.max(from)) as f64 / (STEPS - from) as f64));
        line.collect::<Vec<(f64, f64)>>()
    };
    findings.picture(
        "linear-decay",
        &[
            Chart {
                title: format!("Seven hidden layers on digits, after {EPOCHS} epochs of SGD"),
                x: Axis::counting("seed"),
                y: Axis { log: true, ..Axis::new("training loss") },
                curves: vec![
                    Curve::new("linear decay", 1, linear).drawn(Line::Dots),
                    Curve::new("held, then linear decay", 0, held).drawn(Line::Dots),
                ],
            },
            Chart {
                title: "Their learning rates".into(),
                x: Axis::counting("step"),
                y: Axis::new("learning rate"),
                curves: vec![
                    Curve::new("linear decay", 1, rate(0)),
                    Curve::new("held, then linear decay", 0, rate(STEPS / 2)),
                ],
            },
        ],
    );
    Ok(findings)
}

fn trained(lab: &mut Lab, seed: u64, rate: &str) -> Result<Cell, Failed> {
    lab.digits(&[
        LAYERS.into(),
        format!("seed={seed}"),
        format!("optimizer={{type='sgd',learning_rate={rate}}}"),
        format!("train.epochs={EPOCHS}"),
        format!("data.train_limit={}", EXAMPLES + 70),
        "data.dev=70".into(),
    ])
}
