//! Nesterov's momentum looks ahead, and needs one gradient a step to do so.

use std::cell::Cell;

use crate::{
    experiments::{
        Failed, Figure, Findings, Lab, Need,
        trajectory::{self, Path, Point, Surface, Walker},
    },
    report::{Axis, Chart, Curve, Line},
};

/// Item 39.
pub const NESTEROV: Figure = Figure {
    name: "nesterov",
    items: &[39],
    figure: "",
    title: "Nesterov's momentum in the slide's two steps and in one",
    claim: "theta <- theta + beta v; g there; v <- beta v - alpha g; theta <- theta - alpha g: the product keeps the place ahead, theta + beta v, and asks for one gradient a step",
    fault: "does not look ahead: momentum's update for Nesterov's",
    run,
};

/// β
const BETA: f64 = 0.9;
/// α
const RATE: f64 = 0.008;
/// Steps of a walk.
const STEPS: usize = 60;

/// The slide's two variables after a step.
#[derive(Clone, Copy)]
struct Slide {
    theta: Point,
    v: Point,
}

impl Slide {
    /// θ + βv
    fn ahead(&self) -> Point {
        [0, 1].map(|at| self.theta[at] + BETA * self.v[at])
    }

    /// One run through the slide's loop, line by line.
    fn step(&mut self, surface: &Surface) {
        self.theta = self.ahead();
        let g = (surface.gradient)(self.theta);
        self.v = [0, 1].map(|at| BETA * self.v[at] - RATE * g[at]);
        self.theta = [0, 1].map(|at| self.theta[at] - RATE * g[at]);
    }
}

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let beale = trajectory::named("beale").expect("one of the functions");
    let keys = [format!("learning_rate={RATE}"), format!("momentum={BETA}")];
    let keys = [keys[0].as_str(), keys[1].as_str()];
    let walker = Walker::free(if lab.broken { "momentum" } else { "nesterov" }, &keys, STEPS)?;
    let asked = Cell::new(0);
    let gradient = |_, place| {
        asked.set(asked.get() + 1);
        (beale.gradient)(place)
    };
    let product: Vec<Point> = walker.places(beale.start, gradient).take(STEPS).collect();
    let mut slide = vec![Slide { theta: beale.start, v: [0.0; 2] }];
    for at in 0..STEPS {
        let mut next = slide[at];
        next.step(beale);
        slide.push(next);
    }
    let apart = |a: Point, b: Point| (a[0] - b[0]).hypot(a[1] - b[1]);
    let mut findings = Findings::new(&["step", "x", "y", "theta_x", "theta_y", "apart"]);
    let (mut worst, mut errors) = (0f64, vec![]);
    for (step, (&place, slide)) in (1..).zip(product.iter().zip(&slide[1..])) {
        let error = apart(place, slide.ahead());
        worst = worst.max(error);
        errors.push((f64::from(step), apart(place, slide.theta)));
        findings.row(&[&step, &place[0], &place[1], &slide.theta[0], &slide.theta[1], &error]);
    }
    findings.claim("largest distance of the product's place from theta + beta v", (worst, 0.0), Need::AtMost(1e-12));
    let shown = Walker::free(if lab.broken { "momentum" } else { "nesterov" }, &keys, STEPS)?;
    let shown = shown.walk(beale, beale.start, STEPS, || ()).points;
    let far = shown.iter().zip(&slide).map(|(&shown, slide)| apart(shown, slide.theta)).fold(0.0, f64::max);
    findings.claim("of the place that trajectory shows from theta", (far, 0.0), Need::AtMost(1e-12));
    findings.claim("gradients a step", (f64::from(asked.get()) / STEPS as f64, 0.0), Need::near(1.0, 0.0));
    let first = RATE * apart((beale.gradient)(beale.start), [0.0; 2]);
    let begun = |place: Point| (apart(place, beale.start) / first, 0.0);
    findings.claim("the slide's first step / alpha g", begun(slide[1].theta), Need::near(1.0, 1e-12));
    findings.claim("the first step that trajectory shows / alpha g", begun(shown[1]), Need::near(1.0, 1e-12));
    findings.claim("of the place that is kept / alpha g", begun(product[0]), Need::near(1.0 + BETA, 1e-12));
    let path = |name: &str, points: Vec<Point>| Path {
        optimizer: name.into(),
        learning_rate: RATE,
        losses: points.iter().map(|&point| (beale.f)(point)).collect(),
        points,
    };
    let plain = Walker::free("momentum", &keys, STEPS)?.walk(beale, beale.start, STEPS, || ());
    let paths = [
        path("nesterov, the slide's θ", slide.iter().map(|slide| slide.theta).collect()),
        path("momentum", plain.points),
        path("nesterov, ahead: θ + βv", std::iter::once(beale.start).chain(product).collect()),
    ];
    let near = Surface { axes: [[0.0, 4.0], [-2.0, 2.0]], ..*beale };
    findings.pictures.push(("walks", trajectory::picture(&near, &paths)));
    let value = |path: &Path| (0..).map(f64::from).zip(path.losses.iter().copied()).collect();
    let mut curves: Vec<Curve> =
        (0..).zip(&paths).map(|(colour, path)| Curve::new(path.optimizer.as_str(), colour, value(path))).collect();
    curves[2] = curves[2].clone().drawn(Line::Dashed);
    findings.picture(
        "steps",
        &[Chart {
            title: "The same, step by step".into(),
            x: Axis::counting("steps"),
            y: Axis { log: true, ..Axis::new("the function's value") },
            curves,
        }],
    );
    Ok(findings)
}
