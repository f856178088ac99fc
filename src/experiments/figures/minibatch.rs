//! A batch's gradient is the whole gradient on average, and the closer to it the larger the batch is.

use rand::seq::SliceRandom;

use crate::{
    experiments::{Failed, Figure, Findings, Lab, Need, sample},
    report::{Axis, Chart, Curve, Line},
};

/// Item 26.
pub const MINIBATCH: Figure = Figure {
    name: "minibatch",
    items: &[26],
    figure: "",
    title: "The gradient of a minibatch is unbiased, and its variance falls like 1/m",
    claim: "the mean over all examples of their own gradients is the gradient of the whole set; the variance of the mean over m independent examples is that of one divided by m",
    fault: "no example is drawn twice for a batch, so that they are not independent",
    run,
};

/// The training set, and the batches that are drawn from it.
const EXAMPLES: u32 = 150;
const SIZES: [usize; 5] = [1, 4, 16, 50, 150];
const BATCHES: usize = 150;

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let mut findings = Findings::new(&["m", "variance_times_m", "error"]);
    let limit = format!("data.train_limit={EXAMPLES}");
    let seed = format!("seed={}", lab.seed);
    let changes = [&limit, "data.dev=0", "data.test=0", "train.batch_size=0", "model.layers.0.units=16", &seed];
    let mut stream = sample::stream(lab.seed, 0);
    let mut batches: Vec<Vec<u32>> = vec![(0..EXAMPLES).collect()];
    batches.extend((0..EXAMPLES).map(|example| vec![example]));
    for size in SIZES {
        for _ in 0..BATCHES {
            let mut batch: Vec<u32> = (0..size).map(|_| (EXAMPLES as f32 * stream.uniform()) as u32).collect();
            if lab.broken {
                let mut all: Vec<u32> = (0..EXAMPLES).collect();
                all.shuffle(&mut stream);
                batch.copy_from_slice(&all[..size]);
            }
            batches.push(batch);
        }
    }
    let gradients = lab.gradients(&changes.map(str::to_owned), &batches)?;
    let (whole, drawn) = (&gradients[0], &gradients[1 + EXAMPLES as usize..]);
    let singles = &gradients[1..=EXAMPLES as usize];
    let size: f64 = whole.iter().map(|g| f64::from(*g).powi(2)).sum();
    let bias = whole.iter().enumerate().map(|(at, g)| {
        let mean = singles.iter().map(|single| f64::from(single[at])).sum::<f64>() / f64::from(EXAMPLES);
        (mean - f64::from(*g)).powi(2)
    });
    findings.claim(
        "distance of the mean gradient to the whole one, a share",
        ((bias.sum::<f64>() / size).sqrt(), 0.0),
        Need::AtMost(1e-5),
    );
    let apart = |gradient: &Vec<f32>| whole.iter().zip(gradient).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>();
    let one = singles.iter().map(apart).sum::<f64>() / f64::from(EXAMPLES);
    let mut points = vec![];
    for (m, drawn) in SIZES.into_iter().zip(drawn.chunks(BATCHES)) {
        let squares: Vec<f64> = drawn.iter().map(|gradient| apart(gradient) / one).collect();
        let (variance, error) = sample::estimate(&squares);
        let times = (variance * m as f64, error * m as f64);
        findings.row(&[&m, &times.0, &times.1]);
        findings.claim(format!("m Var[gradient of m examples] / Var[of one], m = {m}"), times, Need::near(1.0, 0.4));
        points.push((m as f64, variance, 3.0 * error));
    }
    let formula = SIZES.iter().map(|&m| (m as f64, 1.0 / m as f64)).collect();
    let line = points.iter().map(|&(m, variance, _)| (m, variance)).collect();
    findings.picture(
        "variance",
        &[Chart {
            title: "Variance of a batch's gradient, on handwritten digits".into(),
            x: Axis { log: true, ..Axis::new("examples of a batch, m") },
            y: Axis { log: true, ..Axis::new("variance, a share of that of one example") },
            curves: vec![
                Curve::new("1/m", 1, formula).drawn(Line::Dashed),
                Curve::band(0, &points),
                Curve::new("measured", 0, line).drawn(Line::Dots),
            ],
        }],
    );
    Ok(findings)
}
