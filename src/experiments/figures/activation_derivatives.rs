//! What an activation's derivative needs is its output alone.

use crate::{
    activations::{Activation, RELU, SIGMOID, TANH},
    experiments::{Failed, Figure, Findings, Lab, Need},
    report::{Axis, Chart, Curve, Line},
};

/// Item 36.
pub const ACTIVATION_DERIVATIVES: Figure = Figure {
    name: "activation-derivatives",
    items: &[36],
    figure: "",
    title: "Derivatives of the hidden layers' activations",
    claim: "sigma' = sigma (1 - sigma), tanh' = 1 - tanh^2, ReLU'(x) = [ReLU(x) > 0], which is 0 at 0: from the output alone",
    fault: "computes them from the input x",
    run,
};

const SHOWN: [&Activation; 3] = [&SIGMOID, &TANH, &RELU];
/// Half the width of a central difference.
const WIDTH: f64 = 1e-5;

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let mut findings = Findings::new(&["activation", "x", "derivative", "difference"]);
    let mut curves = vec![];
    for (colour, activation) in SHOWN.into_iter().enumerate() {
        let f = |x: f64| {
            let mut y = [x];
            (activation.forward.f64)(&mut y);
            y[0]
        };
        let derivative = |x: f64| {
            let mut slope = [1.0];
            (activation.slope().f64)(&mut slope, &[if lab.broken { x } else { f(x) }]);
            slope[0]
        };
        let difference = |x: f64| (f(x + WIDTH) - f(x - WIDTH)) / (2.0 * WIDTH);
        let (mut exact, mut measured, mut worst) = (vec![], vec![], 0f64);
        // No x is 0, where ReLU has a corner.
        for x in (-600..600).map(|at| (f64::from(at) + 0.5) / 100.0) {
            let (slope, estimate) = (derivative(x), difference(x));
            findings.row(&[&activation.name, &x, &slope, &estimate]);
            worst = worst.max((slope - estimate).abs());
            exact.push((x, slope));
            measured.push((x, estimate));
        }
        findings.claim(
            format!("{}': largest distance from a central difference", activation.name),
            (worst, 0.0),
            Need::AtMost(1e-8),
        );
        curves.push(Curve::new(format!("{}', of the output", activation.name), colour, exact));
        let some = measured.into_iter().step_by(40).collect();
        curves.push(Curve::new(format!("{}', central difference", activation.name), colour, some).drawn(Line::Dots));
        if activation.name == RELU.name {
            findings.claim("relu'(0)", (derivative(0.0), 0.0), Need::near(0.0, 0.0));
        }
    }
    let of_output = SHOWN.iter().filter(|activation| activation.of_output()).count();
    findings.claim("of the three, kept by their output alone", (of_output as f64, 0.0), Need::AtLeast(3.0));
    findings.picture(
        "derivatives",
        &[Chart { title: "Derivatives".into(), x: Axis::new("x"), y: Axis::new("f'(x)"), curves }],
    );
    Ok(findings)
}
