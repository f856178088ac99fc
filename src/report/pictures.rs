//! The pictures of one run or of several: loss, accuracy and metrics by epoch and, where steps were written, by
//! step.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    file_name,
    plot::{Axis, Chart, Curve, Line, spans_decades},
    record::{Record, flatten, short_keys},
};

/// What of a run is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// What tells it apart from the others.
    pub label: &'a str,
    /// Its lines of metrics.jsonl.
    pub epochs: &'a [Value],
    /// Its lines of steps.jsonl.
    pub steps: &'a [Value],
}

/// Points of a curve by steps; a screen shows no more.
const POINTS: usize = 500;
/// Keys that a label may have before directories tell runs apart better.
const LABEL_KEYS: usize = 4;

/// Every picture that there is something for, by its file's name. `title` begins each chart's.
pub fn pictures(title: &str, runs: &[Shown]) -> Vec<(String, Chart)> {
    let figures = ["loss".to_owned(), "accuracy".to_owned()].into_iter().chain(metrics(runs));
    let by_epoch = figures.map(|what| (file_name(&what), by_epoch(&what, title, runs)));
    let by_step = [("loss-by-step", loss_by_step(title, runs)), ("learning-rate", learning_rate(title, runs))];
    let all = by_epoch.chain(by_step.map(|(name, chart)| (name.to_owned(), chart)));
    all.filter(|(_, chart)| chart.curves.iter().any(|curve| !curve.points.is_empty())).collect()
}

/// The other figures that the lines have of the development set.
fn metrics(runs: &[Shown]) -> Vec<String> {
    let lines = runs.iter().flat_map(|run| run.epochs).filter_map(Value::as_object);
    let keys = lines.flat_map(|line| line.keys()).filter_map(|key| key.strip_prefix("dev_"));
    let others = keys.filter(|key| !["loss", "accuracy"].contains(key)).map(str::to_owned);
    others.collect::<BTreeSet<_>>().into_iter().collect()
}

fn points(lines: &[Value], x: &str, y: &str) -> Vec<(f64, f64)> {
    lines.iter().filter_map(|line| Some((line[x].as_f64()?, line[y].as_f64()?))).collect()
}

fn titled(title: &str, what: &str) -> String {
    if title.is_empty() { what.to_owned() } else { format!("{title}: {what}") }
}

/// One run has a colour for each split; of several, each has a colour, and training is dashed.
fn by_epoch(what: &str, title: &str, runs: &[Shown]) -> Chart {
    let of = |run: &Shown, split: &str| points(run.epochs, "epoch", &format!("{split}_{what}"));
    let mut curves = vec![];
    if let [run] = runs {
        let splits =
            [("training", "train"), ("development", "dev"), ("training, measured", "measured_train"), ("test", "test")];
        let curve = |(colour, (name, split)): (usize, (&str, &str))| Curve::new(name, colour, of(run, split));
        curves.extend(splits.into_iter().enumerate().map(curve));
        curves.retain(|curve| !curve.points.is_empty());
    } else {
        let judged = runs.iter().any(|run| !of(run, "dev").is_empty());
        // Metrics are of the development set alone.
        let both = judged && runs.iter().any(|run| !of(run, "train").is_empty());
        for (colour, run) in runs.iter().enumerate() {
            if both {
                curves.push(Curve::new("", colour, of(run, "train")).drawn(Line::Dashed));
            }
            let split = if judged { "dev" } else { "train" };
            curves.push(Curve::new(run.label, colour, of(run, split)));
        }
        let solid = if judged { "development" } else { "training" };
        curves.push(Curve::key(solid, Line::Solid));
        curves.extend(both.then(|| Curve::key("training", Line::Dashed)));
    }
    let log = what == "loss" && spans_decades(values(&curves));
    Chart { title: titled(title, what), x: Axis::counting("epoch"), y: Axis { log, ..Axis::new(what) }, curves }
}

fn values(curves: &[Curve]) -> impl Iterator<Item = f64> {
    curves.iter().flat_map(|curve| &curve.points).map(|point| point.1)
}

/// One curve a run; without a name where there is just one.
fn one_each(runs: &[Shown], points: impl Fn(&Shown) -> Vec<(f64, f64)>) -> Vec<Curve> {
    let name = |run: &Shown| if runs.len() > 1 { run.label.to_owned() } else { String::new() };
    let curve = |(colour, run): (usize, &Shown)| Curve::new(name(run), colour, points(run));
    runs.iter().enumerate().map(curve).filter(|curve| !curve.points.is_empty()).collect()
}

/// Means over neighbouring steps, of equally many in every run, so that all are as smooth.
fn loss_by_step(title: &str, runs: &[Shown]) -> Chart {
    let longest = runs.iter().map(|run| run.steps.len()).max().unwrap_or(0);
    let together = longest.div_ceil(POINTS).max(1);
    let mean = |steps: &[(f64, f64)]| {
        let count = steps.len() as f64;
        (steps.iter().map(|step| step.0).sum::<f64>() / count, steps.iter().map(|step| step.1).sum::<f64>() / count)
    };
    let curves = one_each(runs, |run| points(run.steps, "step", "loss").chunks(together).map(mean).collect());
    let label = if together == 1 { "loss".into() } else { format!("loss, mean of {together} steps") };
    let log = spans_decades(values(&curves));
    let title = titled(title, "training loss by step");
    Chart { title, x: Axis::counting("step"), y: Axis { log, ..Axis::new(label) }, curves }
}

fn learning_rate(title: &str, runs: &[Shown]) -> Chart {
    let curves = one_each(runs, |run| {
        let all = points(run.steps, "step", "learning_rate");
        let stride = all.len().div_ceil(4 * POINTS).max(1);
        let last = all.len().saturating_sub(1);
        all.into_iter().enumerate().filter(|(at, _)| at % stride == 0 || *at == last).map(|(_, point)| point).collect()
    });
    // A schedule that ends at 0 is no reason: it is read by how it falls, runs by where they begin.
    let highest = |curve: &Curve| curve.points.iter().map(|point| point.1).fold(0.0, f64::max);
    let log = spans_decades(curves.iter().map(highest));
    let y = Axis { log, ..Axis::new("learning rate") };
    Chart { title: titled(title, "learning rate"), x: Axis::counting("step"), y, curves }
}

/// What tells runs apart: the keys in which their configs differ, or else their directories.
pub fn labels(runs: &[Record]) -> Vec<String> {
    let configs: Vec<Vec<(String, String)>> = runs.iter().map(|run| flatten(&run.config)).collect();
    let value = |config: &[(String, String)], key: &str| config.iter().find(|(k, _)| k == key).map(|(_, v)| v.clone());
    let mut keys: Vec<&String> = vec![];
    for (key, _) in configs.iter().flatten() {
        if !keys.contains(&key) && configs.iter().any(|config| value(config, key) != value(&configs[0], key)) {
            keys.push(key);
        }
    }
    // A name says less than what it was given for.
    if keys.len() > 1 {
        keys.retain(|key| *key != "name");
    }
    let short = short_keys(&keys);
    let label = |config: &Vec<(String, String)>| {
        let part = |(key, short): (&&String, &String)| value(config, key).map(|value| format!("{short}={value}"));
        keys.iter().zip(&short).filter_map(part).collect::<Vec<_>>().join(", ")
    };
    let labels: Vec<String> = configs.iter().map(label).collect();
    let distinct = labels.iter().collect::<BTreeSet<_>>().len() == labels.len();
    match distinct && keys.len() <= LABEL_KEYS {
        true => labels,
        false => runs.iter().map(|run| run.path.display().to_string()).collect(),
    }
}
