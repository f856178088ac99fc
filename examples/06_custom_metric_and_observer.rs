//! A metric and an observer of one's own: how sure the network is of what is right, and a bar for every epoch.
//!
//!     cargo run --release --example 06_custom_metric_and_observer

use std::{error::Error, ops::ControlFlow};

use gradus::metrics::{Asked, Better, Example, Gives, Kind, Metric, Score, Start, Tally, Target};
use gradus::train::{EpochRecord, Snapshot};
use gradus::{Config, Descent, Device, Model, Network, Observer, Session, Settings, block_on, data, train};
use gradus::{losses::CATEGORICAL, ops::dense::Dense};

const CONFIDENCE: Metric = Metric {
    name: "confidence",
    formula: "mean p[t], the probability of the right class",
    fits: &[Kind::Multiclass],
    gives: Gives::Number,
    better: Better::More,
    undefined: "",
    start: Start::Plain(|_| Box::new(Confidence::default())),
};

/// Examples, and the sum over them.
#[derive(Default)]
struct Confidence(f64, f64);

impl Tally for Confidence {
    fn add(&mut self, example: &Example) {
        let Target::Class(right) = example.target else { unreachable!("it fits classes alone") };
        (self.0, self.1) = (self.0 + 1.0, self.1 + example.predictions[right]);
    }
    fn finish(&self) -> Score {
        Score::Number(Some(self.1 / self.0))
    }
}

/// Draws a bar an epoch, and ends the run when the network is sure enough.
struct Bars;

impl Observer for Bars {
    fn epoch(&mut self, record: &EpochRecord, _: &Snapshot) -> Result<ControlFlow<()>, train::Error> {
        let sure = record.metrics[0].score.number().expect("a number");
        println!("epoch {:2} {:50} {sure:.3}", record.epoch, "#".repeat((50.0 * sure) as usize));
        Ok(if sure > 0.75 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let dataset = data::load(&Config::default_with(&[])?.data, true, 42)?;
    let mut net = Network::new([1, 8, 8]);
    net.add(Dense::new(10, None), &[net.input()]);
    let settings = Settings::of(30, 32).metrics([Asked::of(&CONFIDENCE)]);
    let descent = Descent::named("adam", &["learning_rate=0.003"])?;
    let model = Model::of(net.build()?, &CATEGORICAL, descent, dataset, settings)?;
    let mut session = block_on(Session::new(model, &Device::cpu()))?;
    println!("{:?} after {} epochs", block_on(train(&mut session, &mut [&mut Bars]))?, session.epochs_done());
    Ok(())
}
