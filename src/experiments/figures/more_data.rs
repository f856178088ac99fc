//! The same polynomial overfits 15 examples, and not 100.

use crate::{
    experiments::{
        Failed, Figure, Findings, Lab, Need,
        polynomial::{Points, Polynomial, SHOWN, chart, points, sine},
        sample,
    },
    report::Chart,
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
        let few = points(&mut stream, 15, NOISE, sine);
        let mut many = points(&mut stream, 100, NOISE, sine);
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
            charts = vec![fit("15 examples", &few), fit("100 examples", &many)];
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

fn fit(title: &str, seen: &Points) -> Chart {
    chart(title, seen, sine, Polynomial::least_squares(seen, DEGREE).curves("degree 9", 1, SHOWN))
}
