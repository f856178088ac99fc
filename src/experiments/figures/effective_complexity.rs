//! How many examples a training can fit.

use crate::{
    experiments::{Failed, Figure, Findings, Lab, Need},
    report::{Axis, Chart, Curve},
};

/// Item 55.
pub const EFFECTIVE_COMPLEXITY: Figure = Figure {
    name: "effective-complexity",
    items: &[55],
    figure: "",
    title: "Effective model complexity",
    claim: "EMC is the largest number n of examples that a training fits with an error of at most 0.1 (Nakkiran et al. 2020): it grows with the width of the network and with the time of training",
    fault: "trains for so little time that nothing is fitted, whatever the width",
    run,
};

const WIDTHS: [usize; 3] = [8, 16, 24];
/// Steps of training, of a batch of 100 each.
const STEPS: [usize; 2] = [1_000, 6_000];
/// The paper's ε.
const ERROR: f64 = 0.1;
/// The least and the greatest number of examples, and how closely it is found.
const RANGE: [usize; 2] = [100, 1_400];
const CLOSE: usize = 100;

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let mut findings = Findings::new(&["steps", "width", "emc"]);
    let mut found = vec![];
    let of = STEPS.len() * WIDTHS.len();
    for (at, steps) in STEPS.into_iter().enumerate() {
        for (width_at, width) in WIDTHS.into_iter().enumerate() {
            let steps = if lab.broken { steps / 500 } else { steps };
            let emc = emc(lab, width, steps)?;
            findings.row(&[&steps, &width, &emc]);
            found.push((at, width, emc));
            lab.progress(at * WIDTHS.len() + width_at + 1, of);
        }
    }
    let of = |steps: usize, width: usize| {
        found.iter().find(|found| (found.0, found.1) == (steps, width)).map_or(0.0, |found| found.2 as f64)
    };
    for (at, steps) in STEPS.into_iter().enumerate() {
        let text = format!("EMC of H = 24 less H = 8, {steps} steps");
        findings.claim(text, (of(at, 24) - of(at, 8), 0.0), Need::AtLeast(CLOSE as f64));
    }
    findings.claim("EMC of H = 24: 6,000 steps less 1,000", (of(1, 24) - of(0, 24), 0.0), Need::AtLeast(CLOSE as f64));
    let curve = |at: usize| {
        let points = found.iter().filter(|found| found.0 == at).map(|found| (found.1 as f64, found.2 as f64)).collect();
        Curve::new(format!("{} steps", STEPS[at]), at, points)
    };
    let chart = Chart {
        title: "Examples that a training fits, 20% wrong labels".into(),
        x: Axis::new("hidden units"),
        y: Axis::new("EMC, examples"),
        curves: vec![curve(0), curve(1)],
    };
    findings.picture("emc", &[chart]);
    Ok(findings)
}

/// By bisection: the training error grows with the number of examples.
fn emc(lab: &mut Lab, width: usize, steps: usize) -> Result<usize, Failed> {
    let [mut fits, mut does_not] = RANGE;
    while does_not - fits > CLOSE {
        let examples = (fits + does_not) / 2;
        let config = [
            "data.test=300",
            "data.dev=0",
            "data.label_noise=0.2",
            "optimizer.learning_rate=3e-3",
            "train.batch_size=100",
            &format!("data.train_limit={examples}"),
            &format!("train.epochs={}", (steps / examples.div_ceil(100)).max(1)),
            &format!("model.layers.0.units={width}"),
            &format!("seed={}", lab.seed),
        ];
        let cell = lab.digits(&config.map(str::to_owned))?;
        *if cell.train_error() <= ERROR { &mut fits } else { &mut does_not } = examples;
    }
    Ok(fits)
}
