//! Adam divides its means by the sum of their weights, and so knows no beginning.

use crate::{
    experiments::{Failed, Figure, Findings, Lab, Need, trajectory::Walker},
    report::{Axis, Chart, Curve, Line},
};

/// Items 43 and 44.
pub const ADAM_BIAS: Figure = Figure {
    name: "adam-bias",
    items: &[43, 44],
    figure: "",
    title: "Adam's correction of the bias",
    claim: "s_t = (1 - beta1) sum beta1^(t-i) g_i, whose weights sum to 1 - beta1^t: divided by it, the mean of a constant g is g, and the first step is alpha sign(g)",
    fault: "leaves the correction out",
    run,
};

/// β₁
const BETA: f64 = 0.9;
/// Steps: a parameter for each, and one.
const STEPS: usize = 40;
const PARAMETERS: usize = STEPS + 1;
/// First gradients.
const GRADIENTS: [f64; 6] = [1e-4, -1e-3, 0.1, -1.0, 30.0, -1000.0];
/// The default ε.
const EPSILON: f64 = 1e-7;

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let correction = format!("bias_correction={}", !lab.broken);
    let mut findings = Findings::new(&["t", "mean_corrected", "mean_uncorrected", "sum_of_weights"]);
    let adam = Walker::free("adam", &["learning_rate=1", &correction], 1)?;
    let first = adam.steps(|_| GRADIENTS).next().unwrap_or([f64::NAN; 6]);
    let off = first.iter().zip(GRADIENTS).map(|(step, g)| (step - g.signum()).abs()).fold(0.0, f64::max);
    findings.claim("largest distance of the first step from alpha sign(g)", (off, 0.0), Need::AtMost(2e-3));
    let (corrected, raw) = (means(&correction)?, means("bias_correction=false")?);
    let constant = |means: &[[f64; PARAMETERS]]| means.iter().map(|means| means[0]).collect::<Vec<f64>>();
    let (hat, bare) = (constant(&corrected), constant(&raw));
    let worst = hat.iter().map(|mean| (mean - 1.0).abs()).fold(0.0, f64::max);
    findings.claim("constant g: largest distance of the mean from g, t = 1 to 40", (worst, 0.0), Need::AtMost(1e-12));
    findings.claim("the same without correction, t = 1", (1.0 - bare[0], 0.0), Need::near(BETA, 1e-12));
    // A parameter whose i-th gradient has the other sign differs by twice the weight of that gradient.
    let weights = |t: usize| (1..=t).map(|i| (raw[t - 1][0] - raw[t - 1][i]) / 2.0).collect::<Vec<f64>>();
    let expected = |t: usize, i: usize| (1.0 - BETA) * BETA.powi((t - i) as i32);
    let (mut of_weight, mut of_sum) = (0f64, 0f64);
    for t in 1..=STEPS {
        let weights = weights(t);
        let sum: f64 = weights.iter().sum();
        of_sum = of_sum.max((sum - (1.0 - BETA.powi(t as i32))).abs());
        let errors = (1..).zip(&weights).map(|(i, weight)| (weight - expected(t, i)).abs());
        of_weight = errors.fold(of_weight, f64::max);
        findings.row(&[&t, &hat[t - 1], &bare[t - 1], &sum]);
    }
    findings.claim("largest error of the weight (1 - beta1) beta1^(t-i)", (of_weight, 0.0), Need::AtMost(1e-12));
    findings.claim("largest error of their sum 1 - beta1^t", (of_sum, 0.0), Need::AtMost(1e-12));
    let full = (0..PARAMETERS).map(|age| (age as f64, (1.0 - BETA) * BETA.powi(age as i32))).collect();
    let ages = |t: usize, scale: f64| (0..).map(f64::from).zip(weights(t).iter().rev().map(|w| w / scale)).collect();
    let mut curves = vec![
        Curve { colour: None, ..Curve::new("of infinitely many: sum 1", 0, full) }.drawn(Line::Dashed),
        Curve { colour: None, ..Curve::new("as they are, the first t", 0, ages(STEPS, 1.0)) }.drawn(Line::Dots),
    ];
    for (colour, t) in [5, 10, 20].into_iter().enumerate() {
        // They end at another age each.
        let sum = 1.0 - BETA.powi(t as i32);
        curves.push(Curve::new(format!("t = {t}: sum {sum:.2}, corrected 1"), colour, ages(t, sum)));
        curves.push(Curve::new("", colour, ages(t, sum)).drawn(Line::Dots));
    }
    let over = |means: &[f64]| (1..).map(f64::from).zip(means.iter().copied()).collect();
    findings.picture(
        "weights",
        &[
            Chart {
                title: "Weights of the gradients in the mean s, β₁ = 0.9".into(),
                x: Axis::counting("age of the gradient, t - i"),
                y: Axis::new("weight"),
                curves,
            },
            Chart {
                title: "The mean of a constant gradient".into(),
                x: Axis::counting("t"),
                y: Axis::new("mean / g"),
                curves: vec![
                    Curve::new("corrected: s / (1 - β₁ᵗ)", 0, over(&hat)),
                    Curve::new("not corrected: s", 1, over(&bare)),
                ],
            },
        ],
    );
    Ok(findings)
}

/// The mean of the gradients after every step: of 1, but for parameter i, whose i-th is −1. With β₂ = 0 the mean of
/// squares is 1, so that a step is the mean times −α / (1 + ε).
fn means(correction: &str) -> Result<Vec<[f64; PARAMETERS]>, Failed> {
    let walker = Walker::free("adam", &["learning_rate=1", "beta2=0", correction], STEPS)?;
    let signs = |update| std::array::from_fn(|at| if at as u64 == update + 1 { -1.0 } else { 1.0 });
    Ok(walker.steps(signs).take(STEPS).map(|steps| steps.map(|step| step * (1.0 + EPSILON))).collect())
}
