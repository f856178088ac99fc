//! Whole trainings against PyTorch and Keras: the loss of each of 60 steps, with the frameworks' own
//! optimizers, decay, clipping, penalties, schedules, accumulation, poolings and norms; in f64 by the CPU
//! twins, in f32 by sessions on the CPU device and on the first adapter. `golden/trainings.py` made the numbers.

use std::collections::BTreeMap;

use crate::common::gpu;
use gradus::{
    config::Config,
    cpu::Cpu,
    data::{Dataset, Inputs, Normalization, Targets},
    device::Device,
    kernels::{Step, statistics::FIGURES},
    plan::Program,
    train::{Model, Session, Weights},
};

/// The largest error in f64 and in f32 after up to 60 steps, relative to 1 + the loss.
const TOLERANCE_F64: f64 = 1e-9;
const TOLERANCE_F32: f64 = 1e-5;

const BATCH: usize = 8;
const EPOCHS: usize = 10;

#[derive(serde::Deserialize)]
struct Golden {
    networks: BTreeMap<String, Network>,
    trainings: Vec<Training>,
}

#[derive(serde::Deserialize)]
struct Network {
    loss: String,
    shape: Vec<usize>,
    layers: String,
    x: Vec<f32>,
    target: Vec<f32>,
    parameters: BTreeMap<String, Vec<f32>>,
}

#[derive(serde::Deserialize)]
struct Training {
    dialect: String,
    network: String,
    optimizer: String,
    losses: Vec<f64>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../golden/trainings.json")).expect("the script writes JSON")
}

impl Training {
    fn name(&self) -> String {
        format!("{}, {}, {}", self.dialect, self.network, self.optimizer.replace('\n', ", "))
    }

    fn model(&self, network: &Network) -> Model {
        let text = format!(
            "[data]\nsource = 'digits'\n[model]\nloss = '{}'\nlayers = {}\n[optimizer]\ndialect = '{}'\n{}\n\
             [train]\nepochs = {EPOCHS}\nbatch_size = {BATCH}\nshuffle = false\n",
            network.loss, network.layers, self.dialect, self.optimizer
        );
        let config = Config::read("golden.toml", &text, &[]).unwrap_or_else(|error| panic!("{error}\n{text}"));
        Model::build(config, network.dataset()).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    /// The first step whose loss is too far from the framework's, and the largest error of all.
    fn errors(&self, losses: &[f64], tolerance: f64) -> (Option<String>, f64) {
        assert_eq!((losses.len(), self.losses.len()), (60, 60), "{}", self.name());
        let errors = losses.iter().zip(&self.losses).map(|(loss, expected)| (loss - expected).abs() / (1.0 + expected));
        let errors: Vec<f64> = errors.map(|error| if error.is_nan() { f64::INFINITY } else { error }).collect();
        let first = errors.iter().position(|&error| error > tolerance);
        let text = |at: usize| format!("{}: {} in step {}, not {}", self.name(), losses[at], at + 1, self.losses[at]);
        (first.map(text), errors.into_iter().fold(0.0, f64::max))
    }
}

impl Network {
    fn dataset(&self) -> Dataset {
        let features: usize = self.shape.iter().product();
        let examples = self.x.len() / features;
        let targets = match &self.loss[..] {
            "categorical" => {
                let labels = self.target.iter().map(|&label| label as u32).collect();
                Targets::Classes { labels, count: 3, names: None }
            }
            _ => Targets::Values { values: self.target.clone(), width: 2 },
        };
        Dataset {
            name: "golden".into(),
            shape: self.shape.clone(),
            inputs: Inputs::Floats(self.x.clone()),
            targets,
            train: (0..examples as u32).collect(),
            dev: vec![],
            test: vec![],
            origin: Default::default(),
            normalization: Normalization { scale: vec![1.0], offset: vec![0.0], plane: features },
        }
    }

    /// The parameters as the plan places them.
    fn parameters(&self, model: &Model) -> Vec<f32> {
        let mut all = vec![0.0; model.plan().buffers[model.plan().ports.parameters].length];
        assert_eq!(model.plan().learned.len(), self.parameters.len());
        for learned in &model.plan().learned {
            let values = &self.parameters[&learned.name];
            all[learned.slice.offset..][..learned.slice.length].copy_from_slice(values);
        }
        all
    }
}

/// The losses of a training in f64: what a session does, with the twins of another type.
fn in_f64(model: &Model, network: &Network) -> Vec<f64> {
    let (plan, ports) = (model.plan(), model.plan().ports);
    let wide = |values: &[f32]| values.iter().map(|&value| f64::from(value)).collect::<Vec<_>>();
    let mut cpu = Cpu::<f64>::new(plan.clone());
    cpu.write_reals(ports.data, 0, &wide(&network.x));
    match &model.dataset().targets {
        Targets::Classes { labels, .. } => cpu.write_words(ports.targets, 0, labels),
        Targets::Values { values, .. } => cpu.write_reals(ports.targets, 0, &wide(values)),
    }
    cpu.write_words(ports.order, 0, &model.dataset().train);
    cpu.write_reals(ports.affine, 0, &[1.0, 0.0]);
    let parameters = wide(&network.parameters(model));
    cpu.write_reals(ports.parameters, 0, &parameters);
    if let Some(average) = ports.average {
        cpu.write_reals(average.buffer, average.offset, &parameters);
    }
    if let Some(running) = ports.running {
        cpu.write_reals(running, 0, &wide(&plan.initial_running()));
    }
    let examples = model.dataset().train.len();
    let batches = examples.div_ceil(BATCH);
    let mut loss = |step: usize| {
        let first = step % batches * BATCH;
        let rows = BATCH.min(examples - first);
        let scalars = model.rule().scalars(model.schedule().at(step as u64), step as u64);
        cpu.run(Program::Train, &[Step { index: step as u32, first: first as u32, scalars, ..Step::over(rows) }]);
        cpu.reals(ports.statistics)[..FIGURES][0] / rows as f64
    };
    (0..EPOCHS * batches).map(&mut loss).collect()
}

/// The losses of a training as the command line runs it.
fn in_f32(model: Model, network: &Network, device: &Device) -> Vec<f64> {
    let weights = Weights { parameters: network.parameters(&model), running: model.plan().initial_running() };
    pollster::block_on(async {
        let mut session = Session::new(model, device).await.expect("the device works");
        session.restore_weights(&weights);
        let mut losses = vec![];
        for epoch in 1..=EPOCHS {
            let steps = session.begin_epoch(epoch);
            session.run(Program::Train, &steps).await.expect("the device works");
            let records = session.read_steps(epoch, &steps).await.expect("finite losses");
            losses.extend(records.iter().map(|record| record.loss));
        }
        losses
    })
}

fn compare(tolerance: f64, losses: impl Fn(Model, &Network) -> Vec<f64>) {
    let golden = golden();
    let mut failures = vec![];
    for training in &golden.trainings {
        let network = &golden.networks[&training.network];
        let (failure, worst) = training.errors(&losses(training.model(network), network), tolerance);
        println!("{worst:.1e} {}", training.name());
        failures.extend(failure.map(|failure| format!("{failure}: off by up to {worst:.1e}")));
    }
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), golden.trainings.len(), failures.join("\n"));
}

#[test]
fn whole_trainings_are_those_of_pytorch_and_keras_in_f64() {
    compare(TOLERANCE_F64, |model, network| in_f64(&model, network));
}

#[test]
fn whole_trainings_are_those_of_pytorch_and_keras_in_f32() {
    compare(TOLERANCE_F32, |model, network| in_f32(model, network, &Device::Cpu));
}

#[test]
fn whole_trainings_are_those_of_pytorch_and_keras_on_the_gpu() {
    let device = gpu();
    compare(TOLERANCE_F32, |model, network| in_f32(model, network, &device));
}

/// Every optimizer is there in every dialect that has one of its name.
#[test]
fn every_optimizer_trains_in_both_dialects() {
    let golden = golden();
    for optimizer in gradus::optimizers::ALL {
        for dialect in
            ["pytorch", "keras"].into_iter().filter(|dialect| (optimizer.name, *dialect) != ("lion", "pytorch"))
        {
            let alone = format!("type = '{}'", optimizer.name);
            let defaults = |t: &&Training| t.dialect == dialect && t.optimizer == alone;
            assert!(golden.trainings.iter().any(|training| defaults(&training)), "{dialect}: {alone}");
        }
    }
}
