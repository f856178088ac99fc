//! Adaptive methods need learning rates that fall, too.

use crate::{
    experiments::{Failed, Figure, Findings, Lab, Need, sample, trajectory::Walker},
    report::{Axis, Chart, Curve, Line},
};

/// What is said before item 46.
pub const ADAPTIVE_DECAY: Figure = Figure {
    name: "adaptive-decay",
    items: &[43, 47],
    figure: "",
    title: "Adaptive methods with a constant rate and with one that falls",
    claim: "even if RMSProp and Adam are adaptive, they still require a decreasing learning rate: with a constant one they stay at a distance that the noise sets",
    fault: "keeps every rate constant",
    run,
};

/// Steps of a walk.
const STEPS: usize = 1600;
/// Walks side by side, each a parameter.
const SIDE: usize = 64;
/// So many times.
const TIMES: usize = 24;
/// Where all begin.
const START: f64 = 4.0;
/// The first rate.
const RATE: f64 = 0.1;

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let constant = format!("{RATE}");
    let linear = format!("{{ schedule = \"linear\", initial = {RATE} }}");
    let falling = if lab.broken { &constant } else { &linear };
    let mut findings = Findings::new(&["optimizer", "rate", "t", "squared_distance", "error"]);
    let mut curves = vec![];
    for (colour, optimizer) in ["rmsprop", "adam"].into_iter().enumerate() {
        let constant = squares(lab.seed, optimizer, &constant)?;
        let falling = squares(lab.seed, optimizer, falling)?;
        let ratio = |above: (f64, f64), below: (f64, f64)| {
            let ratio = above.0 / below.0;
            (ratio, ratio * (above.1 / above.0).hypot(below.1 / below.0))
        };
        let (half, end) = (constant[STEPS / 2], constant[STEPS - 1]);
        findings.claim(
            format!("{optimizer}, constant: E[x^2] at the end / half-way"),
            ratio(end, half),
            Need::near(1.0, 0.6),
        );
        findings.claim(
            format!("{optimizer}: E[x^2] at the end, constant / falling"),
            ratio(end, falling[STEPS - 1]),
            Need::AtLeast(5.0),
        );
        for (line, rate, found) in [(Line::Dashed, "constant", constant), (Line::Solid, "linear decay", falling)] {
            let shown: Vec<_> =
                (0..STEPS).step_by(20).chain([STEPS - 1]).map(|at| (at as f64 + 1.0, found[at])).collect();
            for (t, (square, error)) in &shown {
                findings.row(&[&optimizer, &rate, t, square, error]);
            }
            let [band, means] = Curve::estimates(format!("{optimizer}, {rate}"), colour, &shown, 1.0);
            curves.extend([band, means.drawn(line)]);
        }
        lab.progress(colour + 1, 2);
    }
    findings.picture(
        "distance",
        &[Chart {
            title: "Noisy gradients of x²/2, α = 0.1 at first".into(),
            x: Axis::counting("step"),
            y: Axis { log: true, ..Axis::new("E[x²], ± standard error") },
            curves,
        }],
    );
    Ok(findings)
}

/// E[x²] with its error after every step, on x²/2 where every gradient has a noise of variance 1.
fn squares(seed: u64, optimizer: &str, rates: &str) -> Result<Vec<(f64, f64)>, Failed> {
    let walker = Walker::free(optimizer, &[&format!("learning_rate={rates}")], STEPS)?;
    let mut squares = vec![vec![]; STEPS];
    for part in 0..TIMES {
        // The same noise for every method.
        let mut stream = sample::stream(seed, part as u32);
        let places = walker.places([START; SIDE], |_, places| places.map(|x| x + sample::normal(&mut stream)));
        squares.iter_mut().zip(places).for_each(|(squares, places)| squares.extend(places.map(|x| x * x)));
    }
    Ok(squares.iter().map(|squares| sample::estimate(squares)).collect())
}
