//! Errors over the width of a network and the epochs of its training.

use super::double_descent::SMALL;
use crate::{
    config::{Config, Part},
    experiments::{EpochFigures, Failed, Figure, Findings, Lab, Need, sample},
    report::{Axis, Chart, Curve, Grid, Heat, Line, Panel},
    train::Figures,
};

/// Item 56.
pub const WIDTH_AND_EPOCHS: Figure = Figure {
    name: "width-and-epochs",
    items: &[56],
    figure: "",
    title: "Error by width and epochs",
    claim: "at the end of training the test error has its peak between narrow and wide networks, early in training it has none; the wider the network, the fewer epochs until it fits its examples, and on the way the test error rises (Nakkiran et al. 2020, figure 2)",
    fault: "no wrong labels",
    run,
};

/// Trainings of each width.
const SEEDS: u64 = 2;
/// Epochs that are drawn: each so many times the one before.
const STEP: f64 = 1.3;

/// The errors of one width after each epoch that is drawn, means over the trainings; and after the last, of each.
struct Path {
    width: usize,
    train: Vec<f64>,
    test: Vec<f64>,
    /// Of each training: epochs until a tenth of the training examples is wrong, as a logarithm.
    fitted: Vec<f64>,
    /// Of each training: the test error after the last epoch.
    last: Vec<f64>,
    /// Of each training: how far that lies above the least test error of all epochs.
    risen: Vec<f64>,
}

fn config(width: usize, noise: f64, seed: u64) -> Result<Config, Failed> {
    let mut config = (SMALL.config)(width, noise, seed)?;
    config.train.measure = vec![Part::Train, Part::Test];
    Ok(config)
}

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let mut findings = Findings::new(&["width", "epoch", "train_error", "test_error"]);
    let noise = if lab.broken { 0.0 } else { SMALL.noise };
    let epochs = epochs(config(SMALL.widths[0], noise, lab.seed)?.train.epochs);
    let mut paths = vec![];
    for (at, &width) in SMALL.widths.iter().enumerate() {
        paths.push(path(lab, width, noise, &epochs)?);
        lab.progress(at + 1, SMALL.widths.len());
    }
    for path in &paths {
        for ((epoch, train), test) in epochs.iter().zip(&path.train).zip(&path.test) {
            findings.row(&[&path.width, epoch, train, test]);
        }
    }
    let [narrow, peak, wide] =
        SMALL.turns.map(|width| paths.iter().find(|path| path.width == width).expect("it was trained"));
    let last = |from: &Path, less: &Path| sample::difference(&from.last, &less.last);
    findings.claim("test error at the end: H = 48 less H = 8", last(peak, narrow), Need::AtLeast(0.0));
    findings.claim("test error at the end: H = 48 less H = 256", last(peak, wide), Need::AtLeast(0.0));
    let faster = sample::difference(&peak.fitted, &wide.fitted);
    findings.claim("log10 of the epochs until 10% are wrong: H = 48 less H = 256", faster, Need::AtLeast(0.0));
    findings.claim("rise from the least test error, H = 48", sample::estimate(&peak.risen), Need::AtLeast(0.02));
    findings.panels("heat", &heat(&paths, &epochs), 2);
    findings.picture("lines", &lines(&paths, &epochs));
    Ok(findings)
}

/// The first, and so on to the last.
fn epochs(last: usize) -> Vec<usize> {
    let mut epochs = vec![1];
    while let Some(&before) = epochs.last().filter(|&&before| before < last) {
        epochs.push(((before as f64 * STEP).ceil() as usize).min(last));
    }
    epochs
}

fn path(lab: &mut Lab, width: usize, noise: f64, epochs: &[usize]) -> Result<Path, Failed> {
    let zeros = vec![0.0; epochs.len()];
    let mut path = Path { width, train: zeros.clone(), test: zeros, fitted: vec![], last: vec![], risen: vec![] };
    for seed in lab.seed..lab.seed + SEEDS {
        let cell = lab.train(config(width, noise, seed)?)?;
        let errors = |of: fn(&EpochFigures) -> Option<Figures>| -> Vec<f64> {
            cell.epochs.iter().map(|epoch| of(epoch).and_then(|figures| figures.error()).unwrap_or(f64::NAN)).collect()
        };
        let (train, test) = (errors(|epoch| epoch.train), errors(|epoch| epoch.test));
        for (at, &epoch) in epochs.iter().enumerate() {
            path.train[at] += train[epoch - 1] / SEEDS as f64;
            path.test[at] += test[epoch - 1] / SEEDS as f64;
        }
        // Who never fits them needs longer than this.
        let fitted = train.iter().position(|&error| error <= 0.1).unwrap_or(train.len());
        path.fitted.push(((fitted + 1) as f64).log10());
        let last = test.last().copied().unwrap_or(f64::NAN);
        path.last.push(last);
        path.risen.push(last - test.iter().copied().fold(f64::INFINITY, f64::min));
    }
    Ok(path)
}

/// Test and training error as colours, on one scale.
fn heat(paths: &[Path], epochs: &[usize]) -> Vec<Panel> {
    let x: Vec<f64> = paths.iter().map(|path| path.width as f64).collect();
    let y: Vec<f64> = epochs.iter().map(|&epoch| epoch as f64).collect();
    let map = |title: &str, of: fn(&Path) -> &Vec<f64>| {
        let values = (0..epochs.len()).flat_map(|at| paths.iter().map(move |path| of(path)[at])).collect();
        let axes = [
            Axis { log: true, ..Axis::new("hidden units") },
            Axis { log: true, ..Axis::new("epoch") },
            Axis::new("error"),
        ];
        Heat::new(title, axes, Grid::of(x.clone(), y.clone(), values))
    };
    let maps = vec![map("Test error", |path| &path.test), map("Training error", |path| &path.train)];
    Heat::on_one_scale(maps).into_iter().map(Panel::Heat).collect()
}

/// The same across, by width at some epochs, and along, by epochs at some widths.
fn lines(paths: &[Path], epochs: &[usize]) -> [Chart; 2] {
    let mut across = vec![];
    for (colour, wanted) in [10, 60, 600].into_iter().enumerate() {
        let Some(at) = epochs.iter().position(|&epoch| epoch >= wanted) else { continue };
        let points = paths.iter().map(|path| (path.width as f64, path.test[at])).collect();
        across.push(Curve::new(format!("test, epoch {}", epochs[at]), colour, points));
    }
    let mut along = vec![];
    for (colour, path) in paths.iter().filter(|path| SMALL.turns.contains(&path.width)).enumerate() {
        let points = |errors: &[f64]| epochs.iter().map(|&epoch| epoch as f64).zip(errors.iter().copied()).collect();
        along.push(Curve::new(format!("test, H = {}", path.width), colour, points(&path.test)));
        let train = Curve::new(format!("training, H = {}", path.width), colour, points(&path.train));
        along.push(train.drawn(Line::Dashed));
    }
    let x = |label: &str| Axis { log: true, ..Axis::new(label) };
    [
        Chart { title: "Model-wise".into(), x: x("hidden units"), y: Axis::new("error"), curves: across },
        Chart { title: "Epoch-wise".into(), x: x("epoch"), y: Axis::new("error"), curves: along },
    ]
}
