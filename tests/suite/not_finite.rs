//! NaN and infinities among the examples stop training, whatever the loss and the activation.

use crate::common::gpu;
use gradus::{
    activations,
    config::Config,
    data::{Dataset, Inputs, Normalization, Origin, Targets},
    device::Device,
    plan::Program,
    train::{Error, Model, Session},
};

const EXAMPLES: usize = 12;
const FEATURES: usize = 5;

/// Twelve examples, one of which has this number in it.
fn dataset(planted: f32) -> Dataset {
    let mut inputs: Vec<f32> = (0..EXAMPLES * FEATURES).map(|at| (at % 7) as f32 / 3.0 - 1.0).collect();
    inputs[17] = planted;
    Dataset {
        name: "planted".into(),
        shape: vec![FEATURES],
        inputs: Inputs::Floats(inputs),
        targets: Targets::Classes { labels: (0..EXAMPLES as u32).map(|at| at % 3).collect(), count: 3, names: None },
        train: (0..EXAMPLES as u32).collect(),
        dev: vec![],
        test: vec![],
        normalization: Normalization { scale: vec![1.0], offset: vec![0.0], plane: FEATURES },
        origin: Origin::default(),
    }
}

/// Trains an epoch of four steps.
fn outcome(device: &Device, loss: &str, hidden: &str, planted: f32) -> Result<(), Error> {
    let text = format!(
        "[data]\nsource = \"digits\"\n[model]\nloss = \"{loss}\"\nlayers = [{{ op = \"dense\", units = 4 }}, {hidden}, \
         {{ op = \"dense\", units = 3 }}]\n[optimizer]\ntype = \"sgd\"\n[train]\nepochs = 1\nbatch_size = 3\n"
    );
    let config = Config::read("planted.toml", &text, &[]).expect("a valid config");
    let model = Model::build(config, dataset(planted)).expect("a network that fits");
    let mut session = pollster::block_on(Session::new(model, device)).expect("room");
    let steps = session.begin_epoch(1);
    pollster::block_on(session.run(Program::Train, &steps)).expect("the device works");
    pollster::block_on(session.read_steps(1, &steps)).map(drop)
}

fn stops(device: &Device, loss: &str, hidden: &str, planted: f32) {
    let error = outcome(device, loss, hidden, planted).err();
    let stopped = matches!(error, Some(Error::NotFinite { step: 1..=4, epoch: 1, .. }));
    assert!(stopped, "{planted} before {hidden} with {loss} on {}: {error:?}", device.describe());
}

#[test]
fn every_loss_stops_at_numbers_that_are_none() {
    for device in [Device::Cpu, gpu()] {
        for loss in ["normal", "bernoulli", "categorical"] {
            outcome(&device, loss, "{ op = \"relu\" }", 0.5).expect("ordinary numbers train");
            for planted in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
                stops(&device, loss, "{ op = \"relu\" }", planted);
            }
        }
    }
}

#[test]
fn nothing_between_hides_nan() {
    let activations = activations::ALL.iter().map(|activation| format!("{{ op = \"{}\" }}", activation.name));
    let others = [
        "{ op = \"softmax\" }",
        "{ op = \"batch_norm\", activation = \"relu\" }",
        "{ op = \"layer_norm\" }",
        "{ op = \"reshape\", shape = [1, 4] }, { op = \"max_pool1d\", kernel = 2 }",
        "{ op = \"reshape\", shape = [1, 4] }, { op = \"avg_pool1d\", kernel = 2 }",
        "{ op = \"reshape\", shape = [1, 4] }, { op = \"conv1d\", filters = 2, kernel = 2, activation = \"relu\" }",
    ];
    let hidden: Vec<String> = activations.chain(others.map(String::from)).collect();
    for device in [Device::Cpu, gpu()] {
        for hidden in &hidden {
            stops(&device, "categorical", hidden, f32::NAN);
        }
    }
}

/// A weight that is NaN is stopped at as well: its own gradient may be finite, the loss is not.
#[test]
fn weights_that_are_nan_stop_training() {
    for device in [Device::Cpu, gpu()] {
        let text = "[data]\nsource = \"digits\"\n[model]\nloss = \"categorical\"\nlayers = [{ op = \"dense\", units = 4, \
                    activation = \"relu\" }, { op = \"dense\", units = 3 }]\n[optimizer]\ntype = \"sgd\"\n[train]\nepochs = 1\n";
        let config = Config::read("planted.toml", text, &[]).expect("a valid config");
        let mut session =
            pollster::block_on(Session::new(Model::build(config, dataset(0.5)).expect("a network that fits"), &device))
                .expect("room");
        let mut snapshot = pollster::block_on(session.snapshot()).expect("the device works");
        snapshot.parameters[3] = f32::NAN;
        session.restore(&snapshot);
        let steps = session.begin_epoch(1);
        pollster::block_on(session.run(Program::Train, &steps)).expect("the device works");
        let error = pollster::block_on(session.read_steps(1, &steps)).err();
        assert!(matches!(error, Some(Error::NotFinite { step: 1, .. })), "{}: {error:?}", device.describe());
    }
}
