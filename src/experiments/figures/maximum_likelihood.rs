//! Maximum likelihood, least cross-entropy and least divergence choose the same parameters.

use crate::{
    experiments::{Failed, Figure, Findings, Lab, Need, sample},
    report::{Axis, Chart, Curve, Line},
};

/// Items 16, 17 and 18.
pub const MAXIMUM_LIKELIHOOD: Figure = Figure {
    name: "maximum-likelihood",
    items: &[16, 17, 18],
    figure: "",
    title: "argmax of the likelihood = argmin of NLL, cross-entropy and KL divergence",
    claim: "argmax prod p(x; theta) = argmin sum -log p = argmin H(p_data, p) = argmin KL(p_data || p), since H(p_data, p) = KL + H(p_data); their gradients are equal; the same of p(y|x)",
    fault: "takes the divergence the other way round, KL(p || p_data)",
    run,
};

/// Values that an example may have, and values of x where there is one.
const CLASSES: usize = 4;
/// Examples.
const EXAMPLES: usize = 60;
/// Points of the grid of θ from −3 to 3.
const GRID: usize = 601;

/// A family of distributions over the classes with one parameter: a softmax of θ times fixed numbers.
fn model(theta: f64, x: usize) -> [f64; CLASSES] {
    let logits: [f64; CLASSES] = std::array::from_fn(|class| {
        theta * (class as f64 - 1.2) * if x == 0 { 1.0 } else { -0.5 } + 0.3 * class as f64
    });
    let sum: f64 = logits.iter().map(|logit| logit.exp()).sum();
    logits.map(|logit| logit.exp() / sum)
}

fn entropy(p: &[f64; CLASSES], q: &[f64; CLASSES]) -> f64 {
    p.iter().zip(q).filter(|(p, _)| **p > 0.0).map(|(p, q)| -p * q.ln()).sum()
}

/// The mean over x of what `of` says about p̂(y|x) and p(y|x; θ).
fn mean(data: &[[f64; CLASSES]], theta: f64, of: impl Fn(&[f64; CLASSES], &[f64; CLASSES]) -> f64) -> f64 {
    data.iter().enumerate().map(|(x, p)| of(p, &model(theta, x))).sum::<f64>() / data.len() as f64
}

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let mut findings = Findings::new(&["theta", "log_likelihood", "nll", "cross_entropy", "divergence_and_entropy"]);
    let mut stream = sample::stream(lab.seed, 0);
    for (what, conditions) in [("p(x)", 1), ("p(y|x)", 2)] {
        let mut counts = vec![[0u32; CLASSES]; conditions];
        for counts in &mut counts {
            for _ in 0..EXAMPLES {
                // No distribution of the family: nothing is exact by accident.
                counts[(4.0 * stream.uniform().powi(2)) as usize] += 1;
            }
        }
        let data: Vec<[f64; CLASSES]> =
            counts.iter().map(|c| c.map(|count| f64::from(count) / EXAMPLES as f64)).collect();
        let log_likelihood = |theta: f64| -> f64 {
            let of = |(x, counts): (usize, &[u32; CLASSES])| {
                counts.iter().zip(model(theta, x)).map(|(&count, p)| f64::from(count) * p.ln()).sum::<f64>()
            };
            counts.iter().enumerate().map(of).sum()
        };
        let examples = (EXAMPLES * conditions) as f64;
        let nll = |theta: f64| -log_likelihood(theta) / examples;
        let cross_entropy = |theta: f64| mean(&data, theta, entropy);
        let broken = lab.broken;
        let divergence = |theta: f64| match broken {
            false => mean(&data, theta, |p, q| entropy(p, q) - entropy(p, p)),
            true => mean(&data, theta, |p, q| entropy(q, &p.map(|p| p.max(1e-9))) - entropy(q, q)),
        };
        let with_entropy = |theta: f64| divergence(theta) + mean(&data, theta, |p, _| entropy(p, p));
        let grid: Vec<f64> = (0..GRID).map(|at| 6.0 * at as f64 / (GRID - 1) as f64 - 3.0).collect();
        for &theta in grid.iter().step_by(50) {
            let row = [log_likelihood(theta), nll(theta), cross_entropy(theta), with_entropy(theta)];
            findings.row(&[&theta, &row[0], &row[1], &row[2], &row[3]]);
        }
        let least =
            |of: &dyn Fn(f64) -> f64| grid.iter().copied().min_by(|a, b| of(*a).total_cmp(&of(*b))).expect("a grid");
        let best = least(&|theta| -log_likelihood(theta));
        let slope = |of: &dyn Fn(f64) -> f64, theta: f64| (of(theta + 1e-5) - of(theta - 1e-5)) / 2e-5;
        let others: [(&str, &dyn Fn(f64) -> f64); 3] =
            [("NLL", &nll), ("cross-entropy", &cross_entropy), ("KL divergence", &divergence)];
        for (name, of) in others {
            findings.claim(
                format!("{what}: argmin of {name} less argmax of L"),
                (least(of) - best, 0.0),
                Need::near(0.0, 1e-12),
            );
            let apart = grid.iter().step_by(60).map(|&theta| (slope(of, theta) - slope(&nll, theta)).abs());
            findings.claim(
                format!("{what}: gradient of {name} less that of NLL"),
                (apart.fold(0.0, f64::max), 0.0),
                Need::AtMost(1e-8),
            );
        }
        let apart = grid.iter().map(|&theta| (cross_entropy(theta) - with_entropy(theta)).abs()).fold(0.0, f64::max);
        findings.claim(format!("{what}: cross-entropy less KL + entropy"), (apart, 0.0), Need::AtMost(1e-10));
        if conditions == 1 {
            let curve = |name: &str, colour, of: &dyn Fn(f64) -> f64| {
                Curve::new(name, colour, grid.iter().step_by(5).map(|&theta| (theta, of(theta))).collect())
            };
            findings.picture(
                "losses",
                &[Chart {
                    title: "Three losses with one minimum".into(),
                    x: Axis::new("theta"),
                    y: Axis::new("nats per example"),
                    curves: vec![
                        curve("cross-entropy = NLL", 0, &cross_entropy),
                        curve("KL divergence", 1, &divergence).drawn(Line::Dashed),
                        Curve::threshold("argmax of the likelihood", Line::Upright, best),
                    ],
                }],
            );
        }
    }
    Ok(findings)
}
