//! A convex function lies below its chords, and has one optimum that every start leads to.

use crate::{
    experiments::{Failed, Figure, Findings, Lab, Need, sample, trajectory::Walker},
    report::{Axis, Chart, Curve, Line},
};

/// Items 28 and 29.
pub const CONVEX: Figure = Figure {
    name: "convex",
    items: &[28, 29],
    figure: "",
    title: "Convex functions, and one that is not",
    claim: "f(t u + (1-t) v) <= t f(u) + (1-t) f(v); then f'' >= 0, and SGD from every start comes to the same optimum; else to a local one",
    fault: "loses the sign of -log x",
    run,
};

/// A function of one number, and where numbers are drawn from.
struct Function {
    name: &'static str,
    f: fn(f64) -> f64,
    range: [f64; 2],
    convex: bool,
}

const FUNCTIONS: [Function; 4] = [
    Function { name: "x^2", f: |x| x * x, range: [-3.0, 3.0], convex: true },
    Function { name: "e^x", f: f64::exp, range: [-3.0, 3.0], convex: true },
    Function { name: "-log x", f: |x| -x.ln(), range: [0.05, 5.0], convex: true },
    Function { name: "(x^2 - 1)^2", f: |x| (x * x - 1.0).powi(2), range: [-2.0, 2.0], convex: false },
];

/// Triples (u, v, t) for each function.
const TRIPLES: usize = 10_000;
/// Starts from −2 to 2.
const STARTS: usize = 64;
/// Steps from each.
const STEPS: usize = 4000;

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let mut findings = Findings::new(&["function", "above_chord", "above_chord_error", "least_curvature"]);
    for (part, function) in FUNCTIONS.iter().enumerate() {
        let sign = if lab.broken && function.name == "-log x" { -1.0 } else { 1.0 };
        let (share, curvature) = look(lab.seed, part as u32, function, |x| sign * (function.f)(x));
        findings.row(&[&function.name, &share.0, &share.1, &curvature]);
        let (above, least) = match function.convex {
            true => (Need::AtMost(0.0), Need::AtLeast(0.0)),
            false => (Need::AtLeast(0.1), Need::AtMost(-1.0)),
        };
        findings.claim(format!("{}: share of places above their chord", function.name), share, above);
        findings.claim(format!("{}: least f''", function.name), (curvature, 0.0), least);
    }
    let convex = ends(lab.seed, 10, |x| 2.0 * x)?;
    let wells = ends(lab.seed, 11, |x| 4.0 * x * (x * x - 1.0))?;
    let apart = |ends: &[(f64, f64)]| {
        let of = |choose: fn(f64, f64) -> f64| ends.iter().map(|end| end.1).reduce(choose).unwrap_or(f64::NAN);
        of(f64::max) - of(f64::min)
    };
    findings.claim("x^2: how far ends are apart, at most", (apart(&convex), 0.0), Need::AtMost(0.1));
    findings.claim("(x^2 - 1)^2: how far ends are apart, at most", (apart(&wells), 0.0), Need::AtLeast(1.5));
    findings.picture("convex", &[chords(), ended(convex, wells)]);
    Ok(findings)
}

/// The share of places that lie above their chord with its error, and the least second derivative.
fn look(seed: u64, part: u32, function: &Function, f: impl Fn(f64) -> f64) -> ((f64, f64), f64) {
    let mut stream = sample::stream(seed, part);
    let [low, high] = function.range;
    let (mut above, mut least) = (vec![], f64::INFINITY);
    for _ in 0..TRIPLES {
        let [u, v, t] = [(); 3].map(|()| f64::from(stream.uniform()));
        let [u, v] = [u, v].map(|share| low + (high - low) * share);
        let (place, chord) = (f(t * u + (1.0 - t) * v), t * f(u) + (1.0 - t) * f(v));
        // Rounding may lift a place.
        above.push(f64::from(u8::from(place > chord + 1e-12 * (1.0 + chord.abs()))));
        let width = 1e-3 * u.abs().max(0.01);
        least = least.min((f(u + width) - 2.0 * f(u) + f(u - width)) / (width * width));
    }
    (sample::estimate(&above), least)
}

/// (start, end) of SGD with noise and rates after Robbins and Monro.
fn ends(seed: u64, part: u32, slope: fn(f64) -> f64) -> Result<Vec<(f64, f64)>, Failed> {
    let mut stream = sample::stream(seed, part);
    let rates = "learning_rate={ schedule = \"robbins_monro\", initial = 0.1, power = 0.75 }";
    let starts: [f64; STARTS] = std::array::from_fn(|at| -2.0 + 4.0 * at as f64 / (STARTS - 1) as f64);
    let walker = Walker::free("sgd", &[rates], STEPS)?;
    let walk = walker.places(starts, |_, places| places.map(|x| slope(x) + sample::normal(&mut stream)));
    let ends = walk.take(STEPS).last().unwrap_or(starts);
    Ok(starts.into_iter().zip(ends).collect())
}

fn chords() -> Chart {
    let mut curves = vec![];
    for (colour, at, ends) in [(0, 0, [-1.2, 1.6]), (1, 3, [-1.2, 1.1])] {
        let f = FUNCTIONS[at].f;
        let line = (-160..=160).map(|at| f64::from(at) / 100.0).map(|x| (x, f(x))).collect();
        let chord: Vec<_> = ends.into_iter().map(|x| (x, f(x))).collect();
        curves.push(Curve::new(FUNCTIONS[at].name, colour, line));
        curves
            .push(Curve::new(format!("a chord of {}", FUNCTIONS[at].name), colour, chord.clone()).drawn(Line::Dashed));
        curves.push(Curve::new("", colour, chord).drawn(Line::Dots));
    }
    Chart { title: "A convex function lies below its chords".into(), x: Axis::new("x"), y: Axis::new("f(x)"), curves }
}

fn ended(convex: Vec<(f64, f64)>, wells: Vec<(f64, f64)>) -> Chart {
    Chart {
        title: "Where SGD with noise ends".into(),
        x: Axis::new("start"),
        y: Axis::new(format!("x after {STEPS} steps")),
        curves: vec![
            Curve::new(FUNCTIONS[0].name, 0, convex).drawn(Line::Dots),
            Curve::new(FUNCTIONS[3].name, 1, wells).drawn(Line::Dots),
        ],
    }
}
