//! The same polynomial overfits 15 examples, and not 100.

use crate::{
    experiments::{
        Failed, Figure, Findings, Lab, Need,
        polynomial::{Points, Polynomial, points, sine},
        sample,
    },
    report::{Axis, Chart, Curve, Line},
};

/// Item 9.
pub const MORE_DATA: Figure = Figure {
    name: "more-data",
    items: &[9],
    figure: "fig-1.6",
    title: "More data helps: degree 9 on 15 and on 100 examples",
    claim: "the test error of a polynomial of degree 9 falls to less than a quarter between 15 and 100 examples of a noisy sine (Bishop, Pattern recognition and machine learning, figure 1.6)",
    fault: "the 100 examples are the same 15 again and again",
    run,
};

const DEGREE: usize = 9;
const NOISE: f64 = 0.3;
/// Training sets.
const SETS: u32 = 60;

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let mut findings = Findings::new(&["set", "test_mse_15", "test_mse_100"]);
    let mut ratios = vec![];
    let mut charts = vec![];
    for set in 0..SETS {
        let mut stream = sample::stream(lab.seed, set);
        let mut many = points(&mut stream, 100, NOISE, sine);
        let few = Points { x: many.x[..15].to_vec(), y: many.y[..15].to_vec() };
        if lab.broken {
            let again = |values: &[f64]| values.iter().copied().cycle().take(100).collect::<Vec<f64>>();
            many = Points { x: again(&few.x), y: again(&few.y) };
        }
        // Against the truth: how much is left that more data could take away.
        let unseen = points(&mut stream, 500, 0.0, sine);
        let error = |seen: &Points| Polynomial::least_squares(seen, DEGREE).error(&unseen);
        let errors = (error(&few), error(&many));
        findings.row(&[&set, &errors.0, &errors.1]);
        ratios.push((errors.1 / errors.0).log10());
        if set == 0 {
            charts = vec![chart("15 examples", &few), chart("100 examples", &many)];
        }
    }
    findings.claim(
        "log10 of test error(100) / test error(15)",
        sample::estimate(&ratios),
        Need::AtMost(0.25f64.log10()),
    );
    findings.picture("fits", &charts);
    Ok(findings)
}

fn chart(title: &str, seen: &Points) -> Chart {
    let truth = (0..=100).map(|at| f64::from(at) / 50.0 - 1.0).map(|x| (x, sine(x))).collect();
    let dots = seen.x.iter().copied().zip(seen.y.iter().copied()).collect();
    Chart {
        title: title.into(),
        x: Axis::new("x"),
        y: Axis {
            marks: vec![
                (-2.0, "-2".into()),
                (-1.0, "-1".into()),
                (0.0, "0".into()),
                (1.0, "1".into()),
                (2.0, "2".into()),
            ],
            ..Axis::new("y")
        },
        curves: vec![
            Curve { colour: None, ..Curve::new("truth", 0, truth) }.drawn(Line::Dashed),
            Curve::new("degree 9", 1, Polynomial::least_squares(seen, DEGREE).curve(-2.0, 2.0)),
            Curve::new("examples", 0, dots).drawn(Line::Dots),
        ],
    }
}
