//! A residual network in code, on a data set from memory, watched by a metric and an observer of this crate, and
//! exported to the folder that is named: nothing here is gradus's own.

use std::{error::Error, fs, ops::ControlFlow, path::PathBuf};

use gradus::{
    Dataset, Descent, Device, Model, Network, Observer, Session, Settings, Split,
    activations::TANH,
    block_on,
    config::Portion,
    data::{Inputs, Signature, Splits, Targets},
    losses::CATEGORICAL,
    metrics::{Asked, Better, Example, Gives, Kind, Metric, Score, Start, Tally, Target},
    onnx,
    ops::{add::Add, dense::Dense},
    train::{self, EpochRecord, Snapshot, train},
};

/// The least probability that a right class was given.
const WORST: Metric = Metric {
    name: "worst",
    formula: "min p[t]",
    fits: &[Kind::Multiclass],
    gives: Gives::Number,
    better: Better::More,
    undefined: "",
    start: Start::Plain(|_| Box::new(Worst(1.0))),
};

struct Worst(f64);

impl Tally for Worst {
    fn add(&mut self, example: &Example) {
        let Target::Class(right) = example.target else { unreachable!("it fits classes alone") };
        self.0 = self.0.min(example.predictions[right]);
    }
    fn finish(&self) -> Score {
        Score::Number(Some(self.0))
    }
}

struct Print;

impl Observer for Print {
    fn epoch(&mut self, record: &EpochRecord, _: &Snapshot) -> Result<ControlFlow<()>, train::Error> {
        println!("epoch {} {} {:?}", record.epoch, record.metrics[0].key, record.metrics[0].score.number());
        Ok(ControlFlow::Continue(()))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).expect("a folder is wanted"));
    // Two rings, one in the other.
    let angle = |at: usize| at as f32 * 2.4;
    let points = (0..400).flat_map(|at| [angle(at).cos(), angle(at).sin()].map(|x| x * (1 + at % 2) as f32));
    let targets = Targets::classes((0..400).map(|at| at % 2).collect(), 2);
    let splits = Splits::drawn(400, Portion::Fraction(0.2), Portion::Count(50), 7)?;
    let dataset = Dataset::of("rings", [2], Inputs::Floats(points.collect()), targets, splits)?;

    let mut net = Network::new([2]);
    let x = net.named("wide", Dense::new(16, Some(&TANH)), &[net.input()]);
    let y = net.add(Dense::new(16, Some(&TANH)), &[x]);
    let sum = net.named("sum", Add::default(), &[x, y]);
    net.named("head", Dense::new(2, None), &[sum]);

    let (descent, asked) = (Descent::named("adam", &["learning_rate=0.03"])?, [Asked::of(&WORST)]);
    let settings = Settings::of(20, 16).seed(3).metrics(asked);
    let model = Model::of(net.build()?, &CATEGORICAL, descent, dataset, settings)?;
    let mut session = block_on(Session::new(model, &Device::cpu()))?;
    block_on(train(&mut session, &mut [&mut Print]))?;
    println!("accuracy {:?}", block_on(session.evaluate(Split::Test))?.and_then(|test| test.accuracy));

    let (weights, model) = (block_on(session.weights())?, session.model());
    let (plan, signature) = (model.plan(), &Signature::of(model.dataset()));
    let (graph, loss, tensors) = (model.graph(), model.loss(), weights.tensors(plan).collect());
    let network = onnx::Network { name: "rings", graph, tensors, loss, signature };
    fs::write(folder.join("rings.onnx"), onnx::encode(&network)?)?;
    fs::write(folder.join("rings.safetensors"), weights.to_bytes(plan))?;
    Ok(())
}
