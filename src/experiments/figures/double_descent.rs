//! The test error falls, rises where the training error reaches 0, and falls again.

use crate::{
    experiments::{Failed, Figure, Findings, Lab, Need, Scale, sample},
    report::{Axis, Chart, Curve, Line},
};

/// Items 53, 54 and 57.
pub const DOUBLE_DESCENT: Figure = Figure {
    name: "double-descent",
    items: &[53, 54, 57],
    figure: "",
    title: "Model-wise double descent",
    claim: "with 20% wrong labels the test error of wider and wider networks falls, peaks where they just fit the training examples, and falls below the peak again; without wrong labels there is no peak (Belkin et al. 2019; Nakkiran et al. 2020)",
    fault: "no wrong labels",
    run,
};

const WIDTHS: [usize; 6] = [4, 8, 16, 48, 128, 256];
const ALL_WIDTHS: [usize; 14] = [2, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 256, 512];
/// Where the first descent ends, the peak, and the far end of the second descent.
const TURNS: [usize; 3] = [8, 48, 256];

/// The errors of a width's networks, one a seed, on the training and the test examples.
struct Errors {
    width: usize,
    train: Vec<f64>,
    test: Vec<f64>,
}

/// 64-H-10 with ReLU on 1,000 digits; 6,000 steps of Adam. The other 797 are right, and judge.
fn config(width: usize, noise: f64, seed: u64) -> Vec<String> {
    [
        "data.test=797",
        "data.dev=0",
        "optimizer.learning_rate=3e-3",
        "train.batch_size=100",
        "train.epochs=600",
        &format!("data.label_noise={noise}"),
        &format!("model.layers.0.units={width}"),
        &format!("seed={seed}"),
    ]
    .map(str::to_owned)
    .to_vec()
}

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let mut findings = Findings::new(&["noise", "width", "seed", "train_error", "test_error", "parameters"]);
    let (widths, seeds) = match lab.scale {
        Scale::Small => (&WIDTHS[..], 5),
        Scale::Full => (&ALL_WIDTHS[..], 20),
    };
    let noises = [if lab.broken { 0.0 } else { 0.2 }, 0.0];
    let (of, mut done) = (2 * widths.len() * seeds, 0);
    let mut errors = vec![];
    for noise in noises {
        for &width in widths {
            let (mut train, mut test) = (vec![], vec![]);
            for seed in lab.seed..lab.seed + seeds as u64 {
                let cell = lab.digits(&config(width, noise, seed))?;
                let [trained, judged] = [cell.train_error(), cell.test_error()];
                findings.row(&[&noise, &width, &seed, &trained, &judged, &cell.parameters]);
                train.push(trained);
                test.push(judged);
                done += 1;
                lab.progress(done, of);
            }
            errors.push(Errors { width, train, test });
        }
    }
    let of = |at: usize, width: usize| {
        let found = errors[at * widths.len()..].iter().find(|errors| errors.width == width).expect("it was trained");
        (&found.train, &found.test)
    };
    // The same seeds, hence the same examples.
    let more = sample::difference;
    let [low, peak, far] = TURNS.map(|width| of(0, width));
    findings.claim("training error at the peak, 20% noise", sample::estimate(peak.0), Need::AtMost(0.03));
    findings.claim("training error left of it, H = 8", sample::estimate(low.0), Need::AtLeast(0.05));
    findings.claim("test error: H = 48 less H = 8", more(peak.1, low.1), Need::AtLeast(0.0));
    findings.claim("test error: H = 48 less H = 256", more(peak.1, far.1), Need::AtLeast(0.0));
    let [low, peak, _] = TURNS.map(|width| of(1, width).1);
    findings.claim("without noise: H = 48 less H = 8", more(peak, low), Need::AtMost(0.03));
    let mut curves = vec![];
    for (at, name) in ["20% wrong labels", "no wrong labels"].into_iter().enumerate() {
        let part = &errors[at * widths.len()..][..widths.len()];
        let points = |of: fn(&Errors) -> &Vec<f64>| {
            part.iter().map(|errors| (errors.width as f64, sample::estimate(of(errors)))).collect::<Vec<_>>()
        };
        let (train, test) = (points(|errors| &errors.train), points(|errors| &errors.test));
        curves.extend(Curve::estimates(format!("test, {name}"), at, &test, 1.0));
        let train = train.iter().map(|&(x, (y, _))| (x, y)).collect();
        curves.push(Curve::new(format!("training, {name}"), at, train).drawn(Line::Dashed));
    }
    let x = Axis { log: true, ..Axis::new("hidden units") };
    findings.picture(
        "errors",
        &[Chart { title: "Error by width, on handwritten digits".into(), x, y: Axis::new("error"), curves }],
    );
    Ok(findings)
}
