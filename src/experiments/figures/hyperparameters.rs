//! What a config says stays; what it trains changes.

use crate::{
    config::Config,
    data,
    device::Device,
    experiments::{Failed, Figure, Findings, Lab, Need},
    report::{Axis, Chart, Curve, Line},
    train::{Model, Session, train},
};

/// Item 12.
pub const HYPERPARAMETERS: Figure = Figure {
    name: "hyperparameters",
    items: &[12],
    figure: "",
    title: "Hyperparameters and parameters",
    claim: "hyperparameters are not adapted by the learning algorithm, while the parameters are; a development set tells which hyperparameters are better",
    fault: "a learning rate so small that f32 does not see its steps",
    run,
};

/// Learning rates between which the development set decides.
const RATES: [f64; 7] = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0];
/// What all trainings have.
const CHANGES: [&str; 3] = ["data.train_limit=600", "train.epochs=5", "model.layers.0.units=32"];

/// A network before and after its training: the resolved config, and the parameters.
type Seen = (String, Vec<f32>);

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let mut findings = Findings::new(&["learning_rate", "train_loss", "dev_loss"]);
    let seed = format!("seed={}", lab.seed);
    let changes = |rate: f64| {
        let rate = format!("optimizer.learning_rate={rate:e}");
        CHANGES.iter().copied().chain([&seed[..], &rate[..]]).map(str::to_owned).collect::<Vec<String>>()
    };
    let [before, after] = trained(&changes(if lab.broken { 1e-30 } else { 1e-3 }))?;
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<String>>();
    let (first, last) = (lines(&before.0), lines(&after.0));
    let touched = first.len().abs_diff(last.len()) + first.iter().zip(&last).filter(|(a, b)| a != b).count();
    let text = format!("of {} lines of the config, changed by training", first.len());
    findings.claim(text, (touched as f64, 0.0), Need::near(0.0, 0.0));
    let moved = before.1.iter().zip(&after.1).filter(|(a, b)| a != b).count();
    let text = format!("of {} parameters, the share that training changed", before.1.len());
    findings.claim(text, (moved as f64 / before.1.len() as f64, 0.0), Need::AtLeast(0.5));
    let [other, _] = trained(&changes(0.1))?;
    let others = before.1.iter().zip(&other.1).filter(|(a, b)| a != b).count();
    findings.claim("parameters that begin otherwise at another rate", (others as f64, 0.0), Need::near(0.0, 0.0));
    let (mut train_losses, mut dev_losses) = (vec![], vec![]);
    for rate in RATES {
        let cell = lab.digits(&changes(rate))?;
        let [train, dev] = [cell.train, cell.dev].map(|figures| figures.expect("each has examples").loss);
        findings.row(&[&rate, &train, &dev]);
        train_losses.push((rate, train));
        dev_losses.push((rate, dev));
    }
    let best = dev_losses.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1)).expect("some rate");
    let text = format!("loss on the development set at the smallest rate / at the best, {}", best.0);
    findings.claim(text, (dev_losses[0].1 / best.1, 0.0), Need::AtLeast(1.5));
    let text = format!("at the largest / at the best, {}", best.0);
    findings.claim(text, (dev_losses[RATES.len() - 1].1 / best.1, 0.0), Need::AtLeast(1.5));
    findings.picture(
        "learning-rate",
        &[Chart {
            title: "Digits after 5 epochs of Adam: which learning rate?".into(),
            x: Axis { log: true, ..Axis::new("learning rate") },
            y: Axis { log: true, ..Axis::new("loss") },
            curves: vec![
                Curve::new("training set", 0, train_losses),
                Curve::new("development set", 2, dev_losses),
                Curve { colour: None, ..Curve::new("what it chooses", 0, vec![best]) }.drawn(Line::Dots),
            ],
        }],
    );
    Ok(findings)
}

/// A config's network before and after training, on the CPU device.
fn trained(changes: &[String]) -> Result<[Seen; 2], Failed> {
    let config = Config::default_with(changes)?;
    let dataset = data::load(&config.data, true, config.seed)?;
    let model = Model::build(config, dataset)?;
    let failed = |error: &dyn std::error::Error| Failed::Training(error.to_string());
    // The CPU device has nothing to wait for.
    crate::block_on(async {
        let mut session = Session::new(model, &Device::cpu()).await.map_err(|error| failed(&error))?;
        let before = seen(&mut session).await?;
        train(&mut session, &mut []).await.map_err(|error| failed(&error))?;
        Ok([before, seen(&mut session).await?])
    })
}

async fn seen(session: &mut Session) -> Result<Seen, Failed> {
    let weights = session.weights().await.map_err(|error| Failed::Training(error.to_string()))?;
    let plan = session.model().plan();
    let learned = plan.learned.iter().map(|learned| learned.slice);
    let parameters = learned.flat_map(|slice| &weights.parameters[slice.offset..slice.offset + slice.length]);
    Ok((session.model().resolved().expect("it is of a config").to_string(), parameters.copied().collect()))
}
