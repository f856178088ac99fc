//! `gradus trajectory`: optimizers walking on functions of two parameters, or one.

use std::path::PathBuf;

use clap::Args;
use indicatif::ProgressBar;

use super::{Failure, code, note, save, say, unknown};
use crate::{
    config,
    experiments::trajectory::{self, Path, Point, SEVEN, Surface, Walker, animation, picture},
    optimizers,
};

/// Walk optimizers over a function of two parameters, or one, and draw where they go
///
/// The places are the lecture's theta: Nesterov's momentum stores the place ahead, theta + beta v, and under the dialect
/// lecture it is not that which is shown.
#[derive(Args)]
pub struct Trajectory {
    #[arg(long, value_name = "NAME", default_value = "beale", help = functions())]
    function: String,
    /// An optimizer, again for each one more; without it, the lecture's seven
    #[arg(long = "optimizer", value_name = "NAME")]
    optimizers: Vec<String>,
    /// A key of the optimizers (learning_rate=0.1), or of one of them (adam.beta1=0.5)
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<String>,
    /// Where to start instead of the function's own place; X alone for a function of x
    #[arg(long, value_name = "X,Y", value_parser = start, allow_hyphen_values = true)]
    start: Option<Start>,
    /// Steps to walk instead of the function's own number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    steps: Option<u32>,
    /// Write every place as optimizer,step,x,y,loss; - is stdout
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// The picture: .svg, or .png, which moves; without it and --csv, FUNCTION.svg
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

fn functions() -> String {
    let names: Vec<&str> = trajectory::ALL.iter().map(|surface| surface.name).collect();
    format!("One of {}", names.join(", "))
}

/// x, and y if it was given.
#[derive(Clone, Copy)]
struct Start(f64, Option<f64>);

/// What a start is.
const TWO: &str = "two numbers are wanted, such as \"-1.5,2\"";

fn start(text: &str) -> Result<Start, String> {
    let number = |text: &str| text.trim().parse().ok().filter(|n: &f64| n.is_finite()).ok_or_else(|| TWO.to_owned());
    match text.split_once(',') {
        Some((x, y)) => Ok(Start(number(x)?, Some(number(y)?))),
        None => Ok(Start(number(text)?, None)),
    }
}

impl Start {
    fn on(self, surface: &Surface) -> Result<Point, Failure> {
        match self {
            Start(x, Some(y)) if !surface.of_x => Ok([x, y]),
            Start(x, None) if surface.of_x => Ok([x, 0.0]),
            Start(..) => {
                let wanted = if surface.of_x { "one number is wanted" } else { TWO };
                Err(Failure::new(code::USAGE, format!("--start: {wanted}, for {}", surface.formula)))
            }
        }
    }
}

/// What a picture's file name asks for.
enum Format {
    Svg,
    Png,
}

impl Trajectory {
    /// Walks, writes and draws.
    pub fn run(self) -> Result<(), Failure> {
        let names: Vec<&str> = trajectory::ALL.iter().map(|surface| surface.name).collect();
        let surface = trajectory::named(&self.function).ok_or_else(|| unknown("--function", &self.function, &names))?;
        let out = match (&self.out, &self.csv) {
            (Some(out), _) => Some(out.clone()),
            (None, Some(_)) => None,
            (None, None) => Some(PathBuf::from(format!("{}.svg", surface.name))),
        };
        let out = out.map(|out| format(&out).map(|format| (out, format))).transpose()?;
        let steps = self.steps.map_or(surface.steps, |steps| steps as usize);
        let start = self.start.map_or(Ok(surface.start), |start| start.on(surface))?;
        if let (true, Some((file, Format::Png))) = (surface.of_x, &out) {
            return Err(Failure::file(code::USAGE, file, "a function of x alone is drawn as .svg"));
        }
        let walker = |(optimizer, keys): &(String, Vec<String>)| {
            Walker::new(surface, optimizer, keys, steps).map_err(|error| place(error, optimizer))
        };
        let walkers = self.optimizers()?.iter().map(walker).collect::<Result<Vec<_>, _>>()?;
        let bar = ProgressBar::new((steps * walkers.len()) as u64);
        let walk = |walker: &Walker| walker.walk(surface, start, steps, || bar.inc(1));
        let paths: Vec<Path> = walkers.iter().map(walk).collect();
        bar.finish_and_clear();
        for path in paths.iter().filter(|path| path.points.len() <= steps) {
            let step = path.points.len();
            note(format!("{}: step {step} leads to no finite place; try a smaller learning_rate", path.optimizer));
        }
        if let Some(file) = &self.csv {
            let text = csv(&paths);
            if file.as_os_str() == "-" {
                return super::write(text.as_bytes()).and_then(|()| drawn(surface, &paths, out));
            }
            save(file, text.as_bytes())?;
        }
        table(surface, &paths)?;
        drawn(surface, &paths, out)
    }

    /// The optimizers, each with its keys.
    fn optimizers(&self) -> Result<Vec<(String, Vec<String>)>, Failure> {
        let known: Vec<&str> = optimizers::ALL.iter().map(|optimizer| optimizer.name).collect();
        let chosen = match self.optimizers.is_empty() {
            true => SEVEN.map(str::to_owned).to_vec(),
            false => self.optimizers.clone(),
        };
        for name in &chosen {
            if !known.contains(&name.as_str()) {
                return Err(unknown("--optimizer", name, &known));
            }
        }
        let keys = |name: &String| {
            let mut keys = vec![];
            for setting in &self.settings {
                match setting.split_once('.').filter(|(owner, _)| known.contains(owner)) {
                    Some((owner, setting)) if owner == name => keys.push(setting.to_owned()),
                    Some((owner, _)) if !chosen.iter().any(|name| name == owner) => {
                        let message = format!("--set {setting}: {owner} does not walk; add --optimizer {owner}");
                        return Err(Failure::new(code::USAGE, message));
                    }
                    Some(_) => {}
                    None => keys.push(setting.clone()),
                }
            }
            Ok((name.clone(), keys))
        };
        chosen.iter().map(keys).collect()
    }
}

/// Says whose key is wrong.
fn place(error: config::Error, optimizer: &str) -> Failure {
    Failure::new(code::USAGE, format!("{optimizer}: {error}"))
}

fn format(out: &std::path::Path) -> Result<Format, Failure> {
    match out.extension().and_then(|extension| extension.to_str()) {
        Some("svg") => Ok(Format::Svg),
        Some("png" | "apng") => Ok(Format::Png),
        _ => Err(Failure::file(code::USAGE, out, "a picture ends in .svg, a moving one in .png")),
    }
}

fn drawn(surface: &Surface, paths: &[Path], out: Option<(PathBuf, Format)>) -> Result<(), Failure> {
    let Some((file, format)) = out else { return Ok(()) };
    let bytes = match format {
        Format::Svg => picture(surface, paths).into_bytes(),
        Format::Png => {
            let frames = paths.iter().map(|path| path.points.len()).max().unwrap_or(0);
            let bar = ProgressBar::new(frames as u64).with_message("frames");
            let bytes = animation(surface, paths, |done| bar.set_position(done as u64));
            bar.finish_and_clear();
            bytes.map_err(|error| Failure::file(code::OTHER, &file, error))?
        }
    };
    save(&file, &bytes)?;
    note(format!("drawn: {}", file.display()));
    Ok(())
}

fn csv(paths: &[Path]) -> String {
    let mut text = String::from("optimizer,step,x,y,loss\n");
    for path in paths {
        for (step, ([x, y], loss)) in path.points.iter().zip(&path.losses).enumerate() {
            text += &format!("{},{step},{x:?},{y:?},{loss:?}\n", path.optimizer);
        }
    }
    text
}

fn table(surface: &Surface, paths: &[Path]) -> Result<(), Failure> {
    say(format!("{}: {}", surface.name, surface.formula))?;
    say(format!("{:10} {:>13} {:>6} {:>12} {:>12} {:>12}", "optimizer", "learning rate", "steps", "x", "y", "loss"))?;
    for path in paths {
        let (name, rate, steps) = (&path.optimizer, path.learning_rate, path.points.len() - 1);
        let end = path.points[steps];
        let [x, y, loss] = [end[0], end[1], path.losses[steps]].map(number);
        let right = surface.accuracy.map_or(String::new(), |accuracy| format!("  {:.1}% right", 100.0 * accuracy(end)));
        say(format!("{name:10} {rate:>13} {steps:>6} {x:>12} {y:>12} {loss:>12}{right}"))?;
    }
    Ok(())
}

/// A number in a column.
fn number(value: f64) -> String {
    match value.abs() {
        0.0 => "0".into(),
        size if (1e-3..1e6).contains(&size) => format!("{value:.5}"),
        _ => format!("{value:.3e}"),
    }
}
