//! More examples can hurt.

use crate::{
    config::Config,
    experiments::{Failed, Figure, Findings, Lab, Need, sample},
    report::{Axis, Chart, Curve, Line},
};

/// Item 55, whose hypothesis it follows from; the lecture does not draw it.
pub const SAMPLE_WISE: Figure = Figure {
    name: "sample-wise",
    items: &[55],
    figure: "",
    title: "Sample-wise double descent",
    claim: "the same training with more examples is worse where it just fits them: around n = EMC the test error rises with n, and falls again beyond (Nakkiran et al. 2020, section 7)",
    fault: "no wrong labels",
    run,
};

const EXAMPLES: [usize; 5] = [100, 150, 300, 500, 1_000];
/// Where the error is low, where it has its peak, and well beyond.
const TURNS: [usize; 3] = [1, 3, 4];
const SEEDS: u64 = 7;

/// 30-12-10 with ReLU on the first of 1,000 examples of ten clusters, a fifth of them with a wrong label; 8,000 steps of
/// Adam. 3,000 others are right, and judge.
fn config(examples: usize, noise: f64, seed: u64) -> Result<Config, Failed> {
    let text = format!(
        "seed = {seed}\n\
         [data]\nsource = 'clusters'\nclasses = 10\ndimensions = 30\nexamples = 4000\ntest = 3000\ndev = 0\nnoise = 0.7\n\
         label_noise = {noise}\ntrain_limit = {examples}\n\
         [model]\nloss = 'categorical'\nlayers = [\
         {{ op = 'dense', units = 12, activation = 'relu' }}, {{ op = 'dense', units = 10 }}]\n\
         [optimizer]\ntype = 'adam'\nlearning_rate = 3e-3\n\
         [train]\nbatch_size = 100\nsteps = 8000\n"
    );
    Ok(Config::read("sample-wise", &text, &[])?)
}

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let mut findings = Findings::new(&["examples", "seed", "train_error", "test_error"]);
    let noise = if lab.broken { 0.0 } else { 0.2 };
    let (mut train, mut test) = (vec![], vec![]);
    for (at, examples) in EXAMPLES.into_iter().enumerate() {
        let mut errors = [vec![], vec![]];
        for seed in lab.seed..lab.seed + SEEDS {
            let cell = lab.train(config(examples, noise, seed)?)?;
            let [trained, judged] = [cell.train_error(), cell.test_error()];
            findings.row(&[&examples, &seed, &trained, &judged]);
            errors[0].push(trained);
            errors[1].push(judged);
        }
        let [trained, judged] = errors;
        train.push(trained);
        test.push(judged);
        lab.progress(at + 1, EXAMPLES.len());
    }
    let [few, peak, many] = TURNS;
    let text = format!("test error: n = {} less n = {}", EXAMPLES[peak], EXAMPLES[few]);
    findings.claim(text, sample::difference(&test[peak], &test[few]), Need::AtLeast(0.0));
    let text = format!("test error: n = {} less n = {}", EXAMPLES[peak], EXAMPLES[many]);
    findings.claim(text, sample::difference(&test[peak], &test[many]), Need::AtLeast(0.05));
    let text = format!("training error, n = {}", EXAMPLES[few]);
    findings.claim(text, sample::estimate(&train[few]), Need::AtMost(0.05));
    let text = format!("training error, n = {}", EXAMPLES[many]);
    findings.claim(text, sample::estimate(&train[many]), Need::AtLeast(0.1));
    let points = |errors: &[Vec<f64>]| {
        EXAMPLES.iter().zip(errors).map(|(&n, errors)| (n as f64, sample::estimate(errors))).collect::<Vec<_>>()
    };
    let trained = points(&train).into_iter().map(|(n, (error, _))| (n, error)).collect();
    let mut curves = Curve::estimates("test", 0, &points(&test), 1.0).to_vec();
    curves.push(Curve::new("training", 0, trained).drawn(Line::Dashed));
    let x = Axis { log: true, ..Axis::new("examples n") };
    let title = "Error by the number of examples, 12 hidden units".into();
    findings.picture("errors", &[Chart { title, x, y: Axis::new("error"), curves }]);
    Ok(findings)
}
