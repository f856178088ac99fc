//! The test error falls, rises where the training error reaches 0, and falls again.

use crate::{
    config::Config,
    experiments::{
        Failed, Figure, Findings, Lab, Need, Scale,
        papers::{self, PREACT_RESNET18},
        sample,
    },
    report::{Axis, Chart, Curve, Line},
};

/// Items 53, 54 and 57.
pub const DOUBLE_DESCENT: Figure = Figure {
    name: "double-descent",
    items: &[53, 54, 57],
    figure: "",
    title: "Model-wise double descent",
    claim: "with wrong labels the test error of wider and wider networks falls, peaks where they just fit the training examples, and falls below the peak again; without wrong labels there is no peak (Belkin et al. 2019; Nakkiran et al. 2020)",
    fault: "no wrong labels",
    run,
};

/// What is trained.
pub(super) struct Setting {
    /// Of the networks and their examples.
    title: &'static str,
    width: &'static str,
    /// Hidden units, or channels of the first layer.
    pub widths: &'static [usize],
    /// Where the first descent ends, the peak, and the far end of the second descent.
    pub turns: [usize; 3],
    pub seeds: u64,
    /// The share of wrong labels.
    pub noise: f64,
    /// Of a width, a share of wrong labels and a seed.
    pub config: fn(usize, f64, u64) -> Result<Config, Failed>,
}

/// Part of the digits, on two cores in a minute.
pub(super) const SMALL: Setting = Setting {
    title: "handwritten digits",
    width: "hidden units",
    widths: &[4, 8, 16, 48, 128, 256],
    turns: [8, 48, 256],
    seeds: 5,
    noise: 0.2,
    config: perceptron,
};

/// Figures 1 and 4 of Nakkiran et al. 2020.
const FULL: Setting = Setting {
    title: "CIFAR-10, preact-ResNet18",
    width: "channels k of the first layer",
    widths: &[1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 18, 20, 24, 28, 32, 40, 48, 56, 64],
    turns: [4, 10, 64],
    seeds: 5,
    noise: 0.15,
    config: resnet,
};

/// 64-H-10 with ReLU on 1,000 digits; 6,000 steps of Adam. The other 797 are right, and judge.
fn perceptron(width: usize, noise: f64, seed: u64) -> Result<Config, Failed> {
    let changes = [
        "data.test=797",
        "data.dev=0",
        "optimizer.learning_rate=3e-3",
        "train.batch_size=100",
        "train.epochs=600",
        &format!("data.label_noise={noise}"),
        &format!("model.layers.0.units={width}"),
        &format!("seed={seed}"),
    ];
    Ok(Config::default_with(&changes.map(str::to_owned))?)
}

/// 4,000 epochs of Adam on all of CIFAR-10, cropped and mirrored at random.
fn resnet(width: usize, noise: f64, seed: u64) -> Result<Config, Failed> {
    let changes = [
        "data.augment.crop=4",
        "data.augment.flip=true",
        &format!("data.label_noise={noise}"),
        &format!("model.width={width}"),
        &format!("seed={seed}"),
    ];
    PREACT_RESNET18.config(&changes.map(str::to_owned))
}

/// The errors of a width's networks, one a seed, on the training and the test examples.
struct Errors {
    width: usize,
    train: Vec<f64>,
    test: Vec<f64>,
}

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let setting = match lab.scale {
        Scale::Small => SMALL,
        Scale::Full => FULL,
    };
    let mut findings = Findings::new(&["noise", "width", "seed", "train_error", "test_error", "parameters"]);
    let noises = [if lab.broken { 0.0 } else { setting.noise }, 0.0];
    let errors = trained(lab, &mut findings, &setting, noises)?;
    let of = |at: usize, width: usize| {
        let part = &errors[at * setting.widths.len()..];
        let found = part.iter().find(|errors| errors.width == width).expect("it was trained");
        (&found.train, &found.test)
    };
    // The same seeds, hence the same examples.
    let more = sample::difference;
    let [low, peak, far] = setting.turns.map(|width| of(0, width));
    let [low_width, peak_width, far_width] = setting.turns;
    if lab.scale == Scale::Small {
        findings.claim("training error at the peak, H = 48", sample::estimate(peak.0), Need::AtMost(0.03));
    }
    let text = format!("training error left of it, H = {low_width}");
    findings.claim(text, sample::estimate(low.0), Need::AtLeast(0.05));
    let text = format!("test error: H = {peak_width} less H = {low_width}");
    findings.claim(text, more(peak.1, low.1), Need::AtLeast(0.0));
    let text = format!("test error: H = {peak_width} less H = {far_width}");
    findings.claim(text, more(peak.1, far.1), Need::AtLeast(0.0));
    let [low, peak, _] = setting.turns.map(|width| of(1, width).1);
    let text = format!("without wrong labels: H = {peak_width} less H = {low_width}");
    findings.claim(text, more(peak, low), Need::AtMost(0.03));
    findings.picture("errors", &[chart(&setting, noises[0], &errors)]);
    Ok(findings)
}

/// Every width with each share of wrong labels, and every seed.
fn trained(lab: &mut Lab, findings: &mut Findings, setting: &Setting, noises: [f64; 2]) -> Result<Vec<Errors>, Failed> {
    let seeds = lab.seed..lab.seed + setting.seeds;
    if lab.scale == Scale::Full {
        let mut all = vec![];
        for (noise, width) in noises.iter().flat_map(|noise| setting.widths.iter().map(move |width| (noise, width))) {
            for seed in seeds.clone() {
                all.push((setting.config)(*width, *noise, seed)?);
            }
        }
        papers::forecast(lab, &all, 0.0)?;
    }
    let of = 2 * setting.widths.len() * setting.seeds as usize;
    let (mut errors, mut done) = (vec![], 0);
    for noise in noises {
        for &width in setting.widths {
            let (mut train, mut test) = (vec![], vec![]);
            for seed in seeds.clone() {
                let cell = lab.train((setting.config)(width, noise, seed)?)?;
                let [trained, judged] = [cell.train_error(), cell.test_error()];
                findings.row(&[&noise, &width, &seed, &trained, &judged, &cell.parameters]);
                train.push(trained);
                test.push(judged);
                done += 1;
                lab.progress(done, of);
            }
            errors.push(Errors { width, train, test });
        }
    }
    Ok(errors)
}

/// Both errors by width, and where the training just fits its examples: the critical regime of Nakkiran et al.
fn chart(setting: &Setting, noise: f64, errors: &[Errors]) -> Chart {
    let mut curves = vec![];
    let names = [format!("{}% wrong labels", 100.0 * noise), "no wrong labels".into()];
    for ((at, name), part) in names.iter().enumerate().zip(errors.chunks(setting.widths.len())) {
        let points = |of: fn(&Errors) -> &Vec<f64>| {
            part.iter().map(|errors| (errors.width as f64, sample::estimate(of(errors)))).collect::<Vec<_>>()
        };
        let (train, test) = (points(|errors| &errors.train), points(|errors| &errors.test));
        curves.extend(Curve::estimates(format!("test, {name}"), at, &test, 1.0));
        let train: Vec<_> = train.iter().map(|&(x, (y, _))| (x, y)).collect();
        if let Some(width) = critical(&train).filter(|_| at == 0) {
            curves.push(Curve::threshold("EMC = n, ε = 0.1", Line::Upright, width));
        }
        curves.push(Curve::new(format!("training, {name}"), at, train).drawn(Line::Dashed));
    }
    let x = Axis { log: true, ..Axis::new(setting.width) };
    Chart { title: format!("Error by width: {}", setting.title), x, y: Axis::new("error"), curves }
}

/// The width at which the training error falls to a tenth, between those that were trained.
fn critical(train: &[(f64, f64)]) -> Option<f64> {
    const ERROR: f64 = 0.1;
    let crossing = train.windows(2).find(|ends| ends[0].1 > ERROR && ends[1].1 <= ERROR)?;
    let [(left, high), (right, low)] = [crossing[0], crossing[1]];
    let share = (high - ERROR) / (high - low);
    Some((left.ln() + share * (right.ln() - left.ln())).exp())
}
