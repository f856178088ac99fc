//! The losses of linear models are convex; those of networks with a hidden layer are not.

use nalgebra::{DMatrix, DVector};

use crate::{
    experiments::{Failed, Figure, Findings, Lab, Need, sample},
    report::{Axis, Chart, Curve, Line},
};

/// Item 30.
pub const CONVEX_LOSSES: Figure = Figure {
    name: "convex-losses",
    items: &[30],
    figure: "",
    title: "Convex losses: no Hessian has a negative eigenvalue",
    claim: "x^2, e^x and -log x are convex, and so are the MSE of a linear model, the NLL of a sigmoid and the NLL of a softmax in the weights of one layer: the least eigenvalue of the Hessian is not below 0",
    fault: "a hidden layer of tanh in front of each loss",
    run,
};

const INPUTS: usize = 3;
const CLASSES: usize = 4;
const EXAMPLES: usize = 30;
/// Hidden units of the fault.
const HIDDEN: usize = 3;
/// Places at which each loss is looked at.
const PLACES: u32 = 20;

/// A loss of one example, from the outputs, the class and the target; and how many outputs it takes.
type Loss = (&'static str, usize, fn(&[f64], usize, f64) -> f64);

const LOSSES: [Loss; 3] = [
    ("MSE", 1, |outputs, _, target| (outputs[0] - target).powi(2)),
    ("sigmoid and NLL", 1, |outputs, class, _| softplus(if class == 0 { outputs[0] } else { -outputs[0] })),
    ("softmax and NLL", CLASSES, |outputs, class, _| {
        let largest = outputs.iter().copied().fold(f64::MIN, f64::max);
        largest + outputs.iter().map(|x| (x - largest).exp()).sum::<f64>().ln() - outputs[class]
    }),
];

/// Functions of one number.
const FUNCTIONS: [(&str, Function); 3] = [("x^2", |x| x * x), ("e^x", f64::exp), ("-log x", |x| -x.ln())];

type Function = fn(f64) -> f64;

/// log(1 + eˣ), without overflow.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// Examples with a class and a target each.
struct Data {
    x: Vec<[f64; INPUTS]>,
    classes: Vec<usize>,
    targets: Vec<f64>,
}

impl Data {
    /// The mean loss with these weights, of one layer or, with the fault, of two.
    fn loss(&self, (_, outputs, loss): Loss, weights: &[f64], hidden: bool) -> f64 {
        let one = |at: usize| {
            let (first, x) = match hidden {
                true => {
                    let (first, rest) = weights.split_at(INPUTS * HIDDEN);
                    let unit = |unit: &[f64]| dot(unit, &self.x[at]).tanh();
                    (rest, first.chunks_exact(INPUTS).map(unit).collect::<Vec<f64>>())
                }
                false => (weights, self.x[at].to_vec()),
            };
            let out: Vec<f64> = first.chunks_exact(x.len()).map(|row| dot(row, &x)).collect();
            loss(&out, self.classes[at] % outputs.max(2), self.targets[at])
        };
        (0..EXAMPLES).map(one).sum::<f64>() / EXAMPLES as f64
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Central second differences, in f64: right to about eight digits.
fn hessian(f: impl Fn(&[f64]) -> f64, at: &[f64]) -> DMatrix<f64> {
    let width = 1e-4;
    let moved = |changes: &[(usize, f64)]| {
        let mut place = at.to_vec();
        changes.iter().for_each(|&(index, by)| place[index] += by);
        f(&place)
    };
    DMatrix::from_fn(at.len(), at.len(), |i, j| {
        let corner = |a: f64, b: f64| moved(&[(i, a * width), (j, b * width)]);
        (corner(1.0, 1.0) - corner(1.0, -1.0) - corner(-1.0, 1.0) + corner(-1.0, -1.0)) / (4.0 * width * width)
    })
}

/// The least eigenvalue as a share of the largest.
fn least(hessian: DMatrix<f64>) -> f64 {
    let values: DVector<f64> = hessian.symmetric_eigenvalues();
    values.min() / values.amax().max(1e-3)
}

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let mut findings = Findings::new(&["loss", "place", "least_eigenvalue_of_largest"]);
    let mut stream = sample::stream(lab.seed, 0);
    for (name, f) in FUNCTIONS {
        let second = |x: f64| (f(x + 1e-3) - 2.0 * f(x) + f(x - 1e-3)) / 1e-6;
        let lowest = (1..=400).map(|at| second(f64::from(at) / 100.0)).fold(f64::MAX, f64::min);
        findings.claim(format!("{name}: least second derivative in (0, 4]"), (lowest, 0.0), Need::AtLeast(-1e-6));
    }
    let normals: Vec<f64> = sample::normals(&mut stream, EXAMPLES * INPUTS);
    let data = Data {
        x: normals.as_chunks::<INPUTS>().0.to_vec(),
        classes: (0..EXAMPLES).map(|_| (CLASSES as f32 * stream.uniform()) as usize).collect(),
        targets: sample::normals(&mut stream, EXAMPLES),
    };
    let mut lowest = vec![];
    for loss in LOSSES {
        let size = if lab.broken { INPUTS * HIDDEN + HIDDEN * loss.1 } else { INPUTS * loss.1 };
        let mut shares = vec![];
        for place in 0..PLACES {
            let at = sample::normals(&mut stream, size);
            let share = least(hessian(|weights| data.loss(loss, weights, lab.broken), &at));
            findings.row(&[&loss.0, &place, &share]);
            shares.push(share);
        }
        let worst = shares.iter().copied().fold(f64::MAX, f64::min);
        findings.claim(
            format!("{}: least eigenvalue, a share of the largest", loss.0),
            (worst, 0.0),
            Need::AtLeast(-1e-6),
        );
        lowest.push((loss.0, shares));
    }
    let curve = |(colour, (name, shares)): (usize, &(&str, Vec<f64>))| {
        let points = shares.iter().enumerate().map(|(place, &share)| (place as f64 + 1.0, share)).collect();
        Curve::new(*name, colour, points).drawn(Line::Dots)
    };
    let mut curves: Vec<Curve> = lowest.iter().enumerate().map(curve).collect();
    curves.push(Curve::threshold("convex from here up", Line::Level, 0.0));
    findings.picture(
        "eigenvalues",
        &[Chart {
            title: "Least eigenvalue of the Hessian at random weights".into(),
            x: Axis::counting("place"),
            y: Axis { pad: 0.05, ..Axis::new("share of the largest eigenvalue") },
            curves,
        }],
    );
    Ok(findings)
}
