//! A boundary that has every training example right, and one that generalises.

mod film;

use crate::{
    config::Config,
    data::{self, Dataset, Inputs, Targets},
    experiments::{Failed, Figure, Findings, Lab, Need, sample},
    report::{Axis, Grid, Panel, Regions},
};

/// Item 7.
pub const OVERFITTED_BOUNDARY: Figure = Figure {
    name: "overfitted-boundary",
    items: &[7],
    figure: "",
    title: "A boundary that overfits, and one that generalises",
    claim: "on 100 examples of two noisy moons a network of 17,000 parameters has every training example right, and more test examples wrong than the same network with weight decay, whose boundary is smooth",
    fault: "moons without noise: a boundary through every gap is the right one",
    run,
};

/// Epochs of two batches each.
const EPOCHS: usize = 1_000;
/// λ of the smooth one.
const DECAY: [f64; 2] = [0.0, 0.01];
const NAMES: [&str; 2] = ["without weight decay", "with weight decay"];
/// Training sets.
const SEEDS: u64 = 4;
/// What a picture shows of the plane.
const AXES: [[f64; 2]; 2] = [[-2.0, 3.0], [-1.75, 2.25]];
/// Cells of the plane along each side.
const CELLS: usize = 80;

/// 2-128-128-2 with ReLU on 100 examples; 1,000 others judge.
fn config(lab: &Lab, seed: u64, decay: f64) -> Result<Config, Failed> {
    let noise = if lab.broken { 0.05 } else { 0.4 };
    let text = format!(
        "seed = {seed}\n\
         [data]\nsource = 'moons'\nexamples = 1100\ntest = 1000\ndev = 0\nnoise = {noise}\n\
         [model]\nloss = 'categorical'\nlayers = [\
         {{ op = 'dense', units = 128, activation = 'relu' }}, \
         {{ op = 'dense', units = 128, activation = 'relu' }}, \
         {{ op = 'dense', units = 2 }}]\n\
         [optimizer]\ntype = 'adam'\nlearning_rate = 3e-3\nweight_decay = {decay}\n\
         [train]\nbatch_size = 50\nepochs = {EPOCHS}\n"
    );
    Ok(Config::read("overfitted-boundary", &text, &[])?)
}

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let mut findings = Findings::new(&["weight_decay", "seed", "train_error", "test_error"]);
    let (mut train, mut test) = ([vec![], vec![]], [vec![], vec![]]);
    for (done, seed) in (lab.seed..lab.seed + SEEDS).enumerate() {
        for (at, decay) in DECAY.into_iter().enumerate() {
            let cell = lab.train(config(lab, seed, decay)?)?;
            let [trained, judged] = [cell.train_error(), cell.test_error()];
            findings.row(&[&decay, &seed, &trained, &judged]);
            train[at].push(trained);
            test[at].push(judged);
        }
        lab.progress(done + 1, SEEDS as usize + 2);
    }
    findings.claim("training error without weight decay", sample::estimate(&train[0]), Need::AtMost(0.05));
    let text = "test error: without less with weight decay";
    findings.claim(text, sample::difference(&test[0], &test[1]), Need::AtLeast(0.01));
    let text = "gap of the errors: without less with weight decay";
    let gap = |at: usize| test[at].iter().zip(&train[at]).map(|(test, train)| test - train).collect::<Vec<_>>();
    findings.claim(text, sample::difference(&gap(0), &gap(1)), Need::AtLeast(0.02));

    let plane = Grid::new(|_| 0.0, AXES, CELLS);
    let places: Vec<f32> =
        plane.y.iter().flat_map(|&y| plane.x.iter().flat_map(move |&x| [x as f32, y as f32])).collect();
    let (mut panels, mut epochs) = (vec![], film::epochs(EPOCHS));
    for (at, decay) in DECAY.into_iter().enumerate() {
        let config = config(lab, lab.seed, decay)?;
        let outputs = lab.outputs(config.clone(), &places, &epochs)?;
        let frames: Vec<Grid> = outputs.iter().map(|outputs| margin(&plane, outputs)).collect();
        let examples = examples(&config)?;
        if at == 0 {
            let (frames, epochs, examples) = (frames.clone(), epochs.clone(), examples.clone());
            findings.animation("boundary", move || film::film(&frames, &epochs, &examples));
        }
        let last = frames.last().cloned().expect("the last epoch is among them");
        panels.push(Panel::Regions(Regions {
            title: format!("{}, {} epochs", NAMES[at], EPOCHS),
            x: Axis::new("x"),
            y: Axis::new("y"),
            classes: vec!["upper moon".into(), "lower moon".into()],
            scores: vec![last],
            examples,
        }));
        epochs = vec![EPOCHS];
        lab.progress(SEEDS as usize + at + 1, SEEDS as usize + 2);
    }
    findings.panels("boundary", &panels, 2);
    Ok(findings)
}

/// How much more the second class has than the first, at every place.
fn margin(plane: &Grid, outputs: &[f32]) -> Grid {
    let margins = outputs.chunks_exact(2).map(|scores| f64::from(scores[1]) - f64::from(scores[0]));
    Grid::of(plane.x.clone(), plane.y.clone(), margins.collect())
}

/// The training examples: two numbers and a class each.
fn examples(config: &Config) -> Result<Vec<(f64, f64, usize)>, Failed> {
    let loaded = data::load(&config.data, true, config.seed).map_err(|error| Failed::Training(error.to_string()))?;
    let Dataset { inputs: Inputs::Floats(values), targets: Targets::Classes { labels, .. }, train, .. } = loaded else {
        unreachable!("moons are numbers with classes");
    };
    let example = |at: &u32| {
        let at = *at as usize;
        (f64::from(values[2 * at]), f64::from(values[2 * at + 1]), labels[at] as usize)
    };
    Ok(train.iter().map(example).collect())
}
