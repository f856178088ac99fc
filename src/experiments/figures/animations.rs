//! Seven optimizers where plain SGD sticks, where momentum overshoots, where the adaptive ones go first.

use crate::experiments::{
    Failed, Figure, Findings, Lab, Need,
    trajectory::{self, Path, Point, SEVEN, Surface, Walker},
};

/// Item 45.
pub const ANIMATIONS: Figure = Figure {
    name: "animations",
    items: &[45],
    figure: "",
    title: "The optimizers' walks, as in Radford's animations",
    claim: "plain SGD is last to leave the saddle and to find the valley's end, the adaptive methods break the symmetry first, momentum overshoots on Beale's function",
    fault: "starts on the very ridge of the saddle, and so far from the end of the valley that it is flat",
    run,
};

/// The walks of [`SEVEN`].
fn seven(surface: &Surface, start: Point) -> Result<Vec<Path>, Failed> {
    let walk = |optimizer: &&str| {
        Ok(Walker::new(surface, optimizer, &[], surface.steps)?.walk(surface, start, surface.steps, || ()))
    };
    SEVEN.iter().map(walk).collect()
}

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let mut findings = Findings::new(&["surface", "optimizer", "steps", "value", "distance"]);
    for name in ["noisy_moons", "beale", "long_valley", "saddle"] {
        let surface = trajectory::named(name).expect("one of the functions");
        let [x, y] = surface.start;
        let start = match (lab.broken, name) {
            (true, "saddle") => [x, 0.0],
            (true, "long_valley") => [x, -40.0],
            _ => [x, y],
        };
        let paths = seven(surface, start)?;
        for path in &paths {
            let end = path.points[path.points.len() - 1];
            let (steps, value) = (path.points.len() - 1, path.losses[path.losses.len() - 1]);
            findings.row(&[&name, &path.optimizer, &steps, &value, &surface.distance(end).unwrap_or(f64::NAN)]);
        }
        findings.pictures.push((surface.name, trajectory::picture(surface, &paths)));
        let walked = paths.clone();
        let film = move || trajectory::animation(surface, &walked, |_| ()).expect("fewer steps than frames may be");
        findings.animation(surface.name, film);
        match name {
            "saddle" => order(&mut findings, "saddle: left", surface, &paths, |path| path.leaves(surface)),
            "long_valley" => order(&mut findings, "valley: end found", surface, &paths, |path| path.reaches(0.05)),
            "beale" => overshoot(&mut findings, surface, &paths),
            _ => moons(&mut findings, surface, &paths),
        }
    }
    Ok(findings)
}

/// Plain SGD is last, the adaptive methods are first.
fn order(
    findings: &mut Findings,
    what: &str,
    surface: &Surface,
    paths: &[Path],
    step: impl Fn(&Path) -> Option<usize>,
) {
    // Who does not get there needs more steps than there are.
    let steps: Vec<f64> = paths.iter().map(|path| step(path).unwrap_or(surface.steps + 1) as f64).collect();
    let last = |of: &[f64]| of.iter().copied().fold(f64::MIN, f64::max);
    let behind = steps[0] - last(&steps[1..]);
    findings.claim(format!("{what} by SGD after all others, in steps"), (behind, 0.0), Need::AtLeast(1.0));
    let behind = steps[1].min(steps[2]) - last(&steps[3..]);
    findings.claim(format!("{what} by momentum after the adaptive, in steps"), (behind, 0.0), Need::AtLeast(1.0));
}

/// Momentum goes past the minimum and comes back.
fn overshoot(findings: &mut Findings, surface: &Surface, paths: &[Path]) {
    let farthest = |path: &Path| (path.points.iter().map(|point| point[0]).fold(f64::MIN, f64::max), 0.0);
    let minimum = surface.minima[0][0];
    findings.claim("Beale: farthest x of SGD, minimum at 3", farthest(&paths[0]), Need::AtMost(minimum));
    findings.claim("Beale: farthest x of momentum", farthest(&paths[1]), Need::AtLeast(minimum + 0.5));
    let end = paths[1].points.last().and_then(|&end| surface.distance(end)).unwrap_or(f64::NAN);
    findings.claim("Beale: momentum's last distance from the minimum", (end, 0.0), Need::AtMost(0.2));
}

/// All but those that are still on their way tell the moons apart as well as a line can.
fn moons(findings: &mut Findings, surface: &Surface, paths: &[Path]) {
    let accuracy = surface.accuracy.expect("a classifier's loss");
    let best = accuracy(surface.minima[0]);
    findings.claim("moons: accuracy at the start", (accuracy(surface.start), 0.0), Need::AtMost(0.5));
    let ends = paths.iter().filter(|path| !["adagrad", "adadelta"].contains(&path.optimizer.as_str()));
    let worst = ends.map(|path| accuracy(path.points[path.points.len() - 1])).fold(1.0, f64::min);
    findings.claim("moons: best accuracy - least of five", (best - worst, 0.0), Need::AtMost(0.02));
}
