//! Stochastic gradient descent as the slide has it: minibatches of a permutation, a step each, until it is enough.

use std::{f64::consts::E, ops::ControlFlow};

use rand::RngExt;

use crate::{
    config::Config,
    data,
    device::Device,
    experiments::{Failed, Figure, Findings, Lab, Need, sample},
    plan::Program,
    report::{Axis, Chart, Curve, Line},
    train::{EpochRecord, Error, Model, Observer, Session, Snapshot, train},
};

/// Item 37.
pub const SGD: Figure = Figure {
    name: "sgd",
    items: &[37],
    figure: "",
    title: "The SGD algorithm",
    claim: "repeat until stopping criterion is met: sample a minibatch; g <- 1/m sum of its gradients; theta <- theta - alpha g. A random permutation in chunks processes all training instances before it repeats any; minibatches that are sampled independently leave out 1/e of them",
    fault: "samples each minibatch independently",
    run,
};

/// N, and m: the last minibatch is smaller.
const EXAMPLES: u32 = 500;
const BATCH: usize = 32;
/// Epochs that are looked at.
const EPOCHS: u32 = 60;
/// α
const RATE: f32 = 0.5;
/// Training ends with the first epoch whose loss is at most this.
const ENOUGH: f64 = 0.5;

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let mut findings = Findings::new(&["minibatches", "seen_by_permutation", "seen_independently"]);
    let mut stream = sample::stream(lab.seed, 0);
    let all: Vec<u32> = (0..EXAMPLES).collect();
    let independent: Vec<Vec<u32>> =
        (0..EPOCHS).map(|_| all.iter().map(|_| stream.random_range(0..EXAMPLES)).collect()).collect();
    let permuted = match lab.broken {
        true => independent.clone(),
        false => (0..EPOCHS).map(|epoch| data::epoch_order(&all, lab.seed, epoch, true)).collect(),
    };
    let times = permuted.iter().flat_map(|order| times(order));
    let (least, most) = times.fold((u32::MAX, 0), |(least, most), times| (least.min(times), most.max(times)));
    let one = Need::near(1.0, 0.0);
    findings.claim(format!("permutation: times an example is taken in an epoch, least of {EPOCHS}"), count(least), one);
    findings.claim("most", count(most), one);
    let same = permuted.windows(2).map(|pair| pair[0].iter().zip(&pair[1]).filter(|(a, b)| a == b).count() as f64);
    // On average one example is where it was.
    let same = sample::estimate(&same.collect::<Vec<_>>());
    findings.claim("examples at the same place as in the epoch before", same, Need::near(1.0, 1.0));
    let left: Vec<f64> = independent.iter().map(|order| 1.0 - seen(order, order.len())).collect();
    let text = "independent minibatches: share of the examples that an epoch leaves out, 1/e";
    findings.claim(text, sample::estimate(&left), Need::near(1.0 / E, 0.02));
    let trained = crate::block_on(trained(lab.seed))?;
    let chunks = EXAMPLES.div_ceil(BATCH as u32);
    findings.claim("steps of an epoch / N/m, rounded up", share(trained.steps, chunks), one);
    let text = "theta after a step less theta - alpha g, in f32: largest distance";
    findings.claim(text, (trained.apart, 0.0), Need::near(0.0, 0.0));
    findings.claim("stopping criterion: loss of the last epoch", (trained.losses[1], 0.0), Need::AtMost(ENOUGH));
    findings.claim("of the epoch before it", (trained.losses[0], 0.0), Need::AtLeast(ENOUGH));
    let [mut by_permutation, mut by_itself] = [vec![], vec![]];
    for step in 0..=chunks as usize {
        let upto = (step * BATCH).min(all.len());
        let mean =
            |orders: &[Vec<u32>]| sample::mean(&orders.iter().map(|order| seen(order, upto)).collect::<Vec<_>>());
        let shares = [mean(&permuted), mean(&independent)];
        findings.row(&[&step, &shares[0], &shares[1]]);
        by_permutation.push((step as f64, shares[0]));
        by_itself.push((step as f64, shares[1]));
    }
    findings.picture(
        "epoch",
        &[Chart {
            title: format!("Examples seen within an epoch of {EXAMPLES}, in minibatches of {BATCH}"),
            x: Axis::counting("minibatches"),
            y: Axis::new("share of the training set"),
            curves: vec![
                Curve::new("chunks of a permutation", 0, by_permutation),
                Curve::new("independent minibatches", 1, by_itself),
                Curve::threshold("1 − 1/e", Line::Level, 1.0 - 1.0 / E),
            ],
        }],
    );
    Ok(findings)
}

fn count(number: u32) -> (f64, f64) {
    (f64::from(number), 0.0)
}

fn share(part: u32, whole: u32) -> (f64, f64) {
    (f64::from(part) / f64::from(whole), 0.0)
}

/// How often an order has each example.
fn times(order: &[u32]) -> Vec<u32> {
    let mut times = vec![0; EXAMPLES as usize];
    order.iter().for_each(|&example| times[example as usize] += 1);
    times
}

/// The share of all examples that are among the first so many of an order.
fn seen(order: &[u32], upto: usize) -> f64 {
    times(&order[..upto]).iter().filter(|&&times| times > 0).count() as f64 / f64::from(EXAMPLES)
}

/// What training did.
struct Trained {
    /// Steps of the first epoch.
    steps: u32,
    /// The largest distance of a parameter after the first step from θ − αg.
    apart: f64,
    /// Of the epoch before the last, and of the last.
    losses: [f64; 2],
}

/// Ends a run when its loss is small enough.
struct Until {
    losses: [f64; 2],
}

impl Observer for Until {
    fn epoch(&mut self, record: &EpochRecord, _: &Snapshot) -> Result<ControlFlow<()>, Error> {
        self.losses = [self.losses[1], record.train.loss];
        Ok(if record.train.loss <= ENOUGH { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }
}

/// Trains the digits on the CPU device, which has nothing to wait for: a step to look into, then all.
async fn trained(seed: u64) -> Result<Trained, Failed> {
    let changes = [
        format!("seed={seed}"),
        format!("optimizer={{type='sgd',learning_rate={RATE}}}"),
        format!("train.batch_size={BATCH}"),
        format!("data.train_limit={EXAMPLES}"),
        "data.dev=0".into(),
        "model.layers.0.units=16".into(),
    ];
    let config = Config::default_with(&changes)?;
    let dataset = data::load(&config.data, true, config.seed)?;
    let order = data::epoch_order(&dataset.train, seed, 0, true);
    let mut session = Session::new(Model::build(config, dataset)?, &Device::cpu()).await.map_err(failed)?;
    let gradient = session.gradient(&order[..BATCH]).await.map_err(failed)?;
    let before = session.weights().await.map_err(failed)?.parameters;
    let steps = session.begin_epoch(1);
    session.run(Program::Train, &steps[..1]).await.map_err(failed)?;
    let after = session.weights().await.map_err(failed)?.parameters;
    let expected = before.iter().zip(&gradient).map(|(theta, g)| theta - RATE * g);
    let apart = expected.zip(&after).map(|(expected, after)| f64::from((expected - after).abs())).fold(0.0, f64::max);
    let mut until = Until { losses: [f64::NAN; 2] };
    train(&mut session, &mut [&mut until]).await.map_err(failed)?;
    Ok(Trained { steps: steps.len() as u32, apart, losses: until.losses })
}

fn failed(error: impl std::error::Error) -> Failed {
    Failed::Training(error.to_string())
}
