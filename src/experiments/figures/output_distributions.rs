//! What the outputs mean: a normal, a Bernoulli or a categorical distribution, and the loss its negative log-likelihood.

use std::f64::consts::PI;

use crate::{
    experiments::{Failed, Figure, Findings, Lab, Need, sample},
    kernels::{Arguments, Slot, Step, Variant, loss::LossParameters, statistics::FIGURES},
    losses::{self, BERNOULLI, CATEGORICAL, Loss, NORMAL},
    report::{Axis, Chart, Curve, Line},
};

/// Item 2.
pub const OUTPUT_DISTRIBUTIONS: Figure = Figure {
    name: "output-distributions",
    items: &[2],
    figure: "",
    title: "Outputs describe a distribution: normal, Bernoulli, categorical",
    claim: "the normal distribution for regression, Bernoulli for binary and categorical for multiclass classification: each loss is -log p of its distribution",
    fault: "takes outputs for log-probabilities, as if they were normalised",
    run,
};

/// Examples of each size of outputs.
const EXAMPLES: usize = 300;
/// How large outputs are.
const SIZES: [f64; 3] = [1.0, 10.0, 40.0];
/// Classes of the categorical distribution.
const CLASSES: usize = 4;

/// One example: the outputs, and the class or the target.
struct Example {
    x: Vec<f64>,
    target: f64,
}

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let mut findings = Findings::new(&["distribution", "size", "nll", "minus_log_p"]);
    let mut stream = sample::stream(lab.seed, 0);
    for (loss, outputs) in [(&NORMAL, 1), (&BERNOULLI, 1), (&CATEGORICAL, CLASSES)] {
        let (mut worst, mut slope) = (0f64, 0f64);
        for (size, at) in SIZES.into_iter().flat_map(|size| (0..EXAMPLES).map(move |at| (size, at))) {
            let mut x = sample::normals(&mut stream, outputs);
            // What the product is given are numbers of f32.
            x.iter_mut().for_each(|x| *x = f64::from((*x * size) as f32));
            let target = match loss.targets {
                losses::Targets::Values => f64::from(sample::normal(&mut stream) as f32),
                _ => (at % outputs.max(2)) as f64,
            };
            let example = Example { x, target };
            let (nll, dx) = product(loss, &example, lab.broken);
            let expected = minus_log_p(loss, &example);
            worst = worst.max((nll - expected).abs() / expected.abs().max(1.0));
            let apart = dx.iter().zip(gradient(loss, &example)).map(|(a, b)| (a - b).abs() / b.abs().max(1.0));
            slope = slope.max(apart.fold(0.0, f64::max));
            if at < 10 {
                findings.row(&[&loss.name, &size, &nll, &expected]);
            }
        }
        findings.claim(format!("{}: largest error of -log p, in f32", loss.name), (worst, 0.0), Need::AtMost(1e-6));
        findings.claim(format!("{}: of its gradient", loss.name), (slope, 0.0), Need::AtMost(1e-6));
    }
    for (name, total) in totals(lab.broken) {
        findings.claim(format!("{name}: sum of p over all targets"), (total, 0.0), Need::near(1.0, 1e-5));
    }
    findings.picture("losses", &charts(lab.broken));
    Ok(findings)
}

/// The product's loss of an example in f32, and its gradient.
fn product(loss: &Loss, example: &Example, broken: bool) -> (f64, Vec<f64>) {
    let x: Vec<f32> = example.x.iter().map(|&x| x as f32).collect();
    let parameters = LossParameters { rows: 1, outputs: x.len() as u32 };
    let (mut dx, mut figures) = (vec![0f32; x.len()], [0f32; FIGURES]);
    let (label, value) = ([example.target as u32], [example.target as f32]);
    let targets = match loss.targets {
        losses::Targets::Labels => Slot::Word(&label),
        _ => Slot::Real(&value),
    };
    (loss.kernel.cpu.f32)(&mut Arguments {
        parameters: bytemuck::bytes_of(&parameters),
        step: &Step::over(1),
        variant: &Variant::Plain,
        replica: 0,
        slots: vec![Slot::Real(&x), targets, Slot::Word(&[0]), Slot::RealMut(&mut dx), Slot::RealMut(&mut figures)],
    });
    let nll = match (broken, loss.targets) {
        (false, _) => f64::from(figures[0]),
        (true, losses::Targets::Labels) => -example.x[example.target as usize],
        (true, _) => -example.x[0] * example.target,
    };
    (nll, dx.into_iter().map(f64::from).collect())
}

/// −log p in f64, from the density itself. The normal's variance is ½, and its constant ½ log π is left out.
fn minus_log_p(loss: &Loss, Example { x, target }: &Example) -> f64 {
    match loss.targets {
        losses::Targets::Values => {
            let variance = 0.5;
            let density = (-(target - x[0]).powi(2) / (2.0 * variance)).exp() / (2.0 * PI * variance).sqrt();
            // Far out the density is less than f64 has exact numbers for.
            let log = if density > f64::MIN_POSITIVE { density.ln() } else { -(target - x[0]).powi(2) - 0.5 * PI.ln() };
            -log - 0.5 * PI.ln()
        }
        losses::Targets::Probabilities => -(1.0 / (1.0 + (if *target > 0.5 { -x[0] } else { x[0] }).exp())).ln(),
        losses::Targets::Labels => -softmax(x)[*target as usize].ln(),
    }
}

/// The gradient of that: p − t, or 2 (x − t).
fn gradient(loss: &Loss, Example { x, target }: &Example) -> Vec<f64> {
    match loss.targets {
        losses::Targets::Values => vec![2.0 * (x[0] - target)],
        losses::Targets::Probabilities => vec![1.0 / (1.0 + (-x[0]).exp()) - target],
        losses::Targets::Labels => {
            let p = softmax(x);
            (0..p.len()).map(|class| p[class] - f64::from(u8::from(class as f64 == *target))).collect()
        }
    }
}

fn softmax(x: &[f64]) -> Vec<f64> {
    let largest = x.iter().copied().fold(f64::MIN, f64::max);
    let sum: f64 = x.iter().map(|x| (x - largest).exp()).sum();
    x.iter().map(|x| (x - largest).exp() / sum).collect()
}

/// e^−loss, which is p, over all that a target can be.
fn totals(broken: bool) -> [(&'static str, f64); 3] {
    let p = |loss: &Loss, x: &[f64], target: f64| (-product(loss, &Example { x: x.to_vec(), target }, broken).0).exp();
    let width = 0.01;
    let line = (-600..=600).map(|at| p(&NORMAL, &[0.7], 0.7 + f64::from(at) * width) * width / PI.sqrt());
    let two = [0.0, 1.0].map(|target| p(&BERNOULLI, &[0.7], target));
    let four = (0..CLASSES).map(|class| p(&CATEGORICAL, &[0.7, -1.2, 2.0, 0.1], class as f64));
    [("normal", line.sum()), ("bernoulli", two.iter().sum()), ("categorical", four.sum())]
}

fn charts(broken: bool) -> [Chart; 3] {
    let chart = |title: &str, label: &str, loss: &'static Loss, outputs: usize, target: f64| {
        let example = |at: f64| Example { x: [&[at][..], &vec![0.0; outputs - 1]].concat(), target };
        let place = |at: i32| f64::from(at) / 10.0;
        let line = (-60..=60).map(place).map(|x| (x, minus_log_p(loss, &example(x)))).collect();
        let dots = (-60..=60).step_by(6).map(place).map(|x| (x, product(loss, &example(x), broken).0)).collect();
        Chart {
            title: title.into(),
            x: Axis::new(label),
            y: Axis::new("−log p"),
            curves: vec![Curve::new("−log p", 1, line), Curve::new("the product's loss", 0, dots).drawn(Line::Dots)],
        }
    };
    [
        chart("Normal, variance ½, without its constant; the target is 1", "output, the mean", &NORMAL, 1, 1.0),
        chart("Bernoulli; the target is 1", "output, the logit of 1", &BERNOULLI, 1, 1.0),
        chart(
            "Categorical over four classes; the other outputs are 0",
            "output of the right class",
            &CATEGORICAL,
            CLASSES,
            0.0,
        ),
    ]
}
