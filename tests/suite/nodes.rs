//! Whole trainings with nodes that behave otherwise in evaluation: batch normalisation, dropout.

use crate::common::gpu;
use gradus::{
    config::Config,
    data,
    device::Device,
    plan::Program,
    train::{BuildError, Model, Session, Snapshot, Split, read_weights, write_weights},
};

/// A residual network of dense layers over the digits.
const NETWORK: &str = r#"
name = "nodes"
seed = 3
[data]
source = "digits"
train_limit = 300
[model]
loss = "categorical"
[[model.layers]]
op = "dense"
units = 32
bias = false
initializer = { type = "normal", deviation = 0.2 }
[[model.layers]]
op = "batch_norm"
name = "norm"
activation = "relu"
[[model.layers]]
op = "repeat"
times = 2
layers = [
    { op = "dense", name = "a", units = 32, activation = "gelu", initializer = "orthogonal", bias_initializer = "pytorch" },
    { op = "dropout", name = "b", rate = 0.25 },
    { op = "add", inputs = ["b", "input"] },
    { op = "layer_norm" },
]
[[model.layers]]
op = "dense"
units = 10
[optimizer]
type = "adam"
learning_rate = 3e-3
[train]
epochs = 4
batch_size = 32
"#;

/// Convolutions with batch normalisation, pooled, over pictures of digits.
const PICTURES: &str = r#"
name = "pictures"
seed = 3
[data]
source = "digits"
train_limit = 300
dev = 50
[model]
loss = "categorical"
layers = [
    { op = "conv2d", name = "conv", filters = 6, kernel = 3, padding = "same", bias = false },
    { op = "batch_norm", name = "norm", activation = "relu" },
    { op = "max_pool2d", kernel = 2 },
    { op = "conv2d", name = "deep", filters = 8, kernel = 3, groups = 2, activation = "silu" },
    { op = "batch_norm", name = "last", dialect = "keras", momentum = 0.9 },
    { op = "global_avg_pool" },
    { op = "dense", units = 10 },
]
[optimizer]
type = "adam"
learning_rate = 3e-3
[train]
epochs = 3
batch_size = 32
"#;

fn config(overrides: &[&str]) -> Config {
    let overrides: Vec<String> = overrides.iter().map(|text| text.to_string()).collect();
    Config::read("nodes.toml", NETWORK, &overrides).expect("a valid config")
}

fn model(config: Config) -> Result<Model, BuildError> {
    let dataset = data::load(&config.data, true, config.seed).expect("the data is in the binary");
    Model::build(config, dataset)
}

fn session(device: &Device) -> Session {
    pollster::block_on(Session::new(model(config(&[])).expect("a network that fits"), device)).expect("room")
}

/// Trains for some epochs; returns all that training changed.
fn train(session: &mut Session, epochs: usize) -> Snapshot {
    for epoch in 1..=epochs {
        let steps = session.begin_epoch(epoch);
        pollster::block_on(session.run(Program::Train, &steps)).expect("the device works");
    }
    pollster::block_on(session.snapshot()).expect("the device works")
}

fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn both_devices_learn_the_same_with_the_same_masks() {
    let (cpu, gpu) = (train(&mut session(&Device::Cpu), 1), train(&mut session(&gpu()), 1));
    // Adam divides small differences by small roots: a wrong mask or mean would differ by 1e-2 and more.
    assert!(largest_difference(&cpu.parameters, &gpu.parameters) < 1e-3);
    assert!(largest_difference(&cpu.running, &gpu.running) < 1e-3);
}

#[test]
fn running_figures_are_learned_kept_and_used() {
    let mut trained = session(&Device::Cpu);
    let before = pollster::block_on(trained.snapshot()).expect("the device works");
    let snapshot = train(&mut trained, 4);
    let figures =
        |session: &mut Session| pollster::block_on(session.evaluate(Split::Train)).expect("works").expect("some");
    let learned = figures(&mut trained);
    assert!(learned.accuracy > Some(0.9), "{learned:?}");
    assert!(largest_difference(&before.running, &snapshot.running) > 0.1);

    // A file carries them by PyTorch's names, and a new session goes on from there.
    let plan = trained.model().plan().clone();
    let names: Vec<&str> = plan.running.iter().map(|running| running.name.as_str()).collect();
    assert_eq!(names, ["norm.running_mean", "norm.running_var"]);
    let weights = read_weights(&plan, &write_weights(&plan, &snapshot)).expect("its own file");
    assert_eq!(weights.running[plan.running[1].slice.offset], snapshot.running[plan.running[1].slice.offset]);
    let mut other = session(&Device::Cpu);
    other.restore_weights(&weights);
    assert_eq!(figures(&mut other), learned, "the same network gives the same outputs, to the last bit");

    // Without them the same parameters are worth less.
    let fresh = Snapshot { running: plan.initial_running(), ..snapshot.clone() };
    other.restore(&fresh);
    assert!(figures(&mut other).loss > learned.loss);

    let bytes = snapshot.to_bytes(&plan);
    assert_eq!(Snapshot::from_bytes(&plan, &bytes).expect("its own checkpoint").running, weights.running);
}

/// A file of a convolutional network's weights and running figures gives the same network, to the last bit
/// of its losses over every split; on the other device, nearly.
#[test]
fn a_saved_convolutional_network_is_the_same_when_it_is_loaded() {
    let config = Config::read("pictures.toml", PICTURES, &[]).expect("a valid config");
    let session = |device: &Device| {
        let model = model(config.clone()).expect("a network that fits");
        pollster::block_on(Session::new(model, device)).expect("room")
    };
    let losses = |session: &mut Session| {
        [Split::Train, Split::Dev, Split::Test].map(|split| {
            pollster::block_on(session.evaluate(split)).expect("the device works").expect("no split is empty").loss
        })
    };
    let devices = [Device::Cpu, gpu()];
    for (device, other) in [(0, 1), (1, 0)] {
        let mut trained = session(&devices[device]);
        let untrained = losses(&mut trained);
        let snapshot = train(&mut trained, 3);
        let expected = losses(&mut trained);
        assert!(expected[0] < untrained[0], "it learned: {untrained:?}, then {expected:?}");
        let plan = trained.model().plan().clone();
        let names: Vec<&str> = plan.running.iter().map(|running| running.name.as_str()).collect();
        assert_eq!(names, ["norm.running_mean", "norm.running_var", "last.running_mean", "last.running_var"]);
        let weights = read_weights(&plan, &write_weights(&plan, &snapshot)).expect("its own file");
        let mut loaded = session(&devices[device]);
        loaded.restore_weights(&weights);
        assert_eq!(losses(&mut loaded).map(f64::to_bits), expected.map(f64::to_bits));
        let mut elsewhere = session(&devices[other]);
        elsewhere.restore_weights(&weights);
        for (a, b) in losses(&mut elsewhere).into_iter().zip(expected) {
            assert!((a - b).abs() < 1e-5 * b, "{a} after moving, {b} before");
        }
    }
}

#[test]
fn a_batch_of_one_has_no_variance() {
    let message = model(config(&["train.batch_size=1"])).err().expect("an error").to_string();
    let place = NETWORK.lines().take_while(|line| *line != "op = \"batch_norm\"").count();
    for part in ["`norm` (batch_norm)", "batch_size", "[32]", &format!("nodes.toml:{place}:")] {
        assert!(message.contains(part), "`{part}` is not in: {message}");
    }
}

#[test]
fn the_resolved_config_writes_the_layers_of_blocks_out() {
    let built = model(config(&[])).expect("a network that fits");
    let text = toml::to_string(&built.resolved().expect("a config")).expect("TOML");
    assert!(text.contains("bias_initializer = \"pytorch\"") && text.contains("epsilon"), "{text}");
    let again = model(Config::read("resolved.toml", &text, &[]).expect("a valid config")).expect("a network that fits");
    assert_eq!(toml::to_string(&again.resolved().expect("a config")).expect("TOML"), text);
    assert_eq!(again.initial_parameters(), built.initial_parameters());
}

#[test]
fn settings_of_nodes_are_read_and_refused() {
    let with = |keys: &str| {
        let layer = format!("model.layers.1={{ name = \"norm\", {keys} }}");
        model(Config::read("nodes.toml", NETWORK, &[layer]).expect("a valid config")).map_err(|error| error.to_string())
    };
    let keras = with("op = \"batch_norm\", dialect = \"keras\"").expect("a network that fits");
    let text = toml::to_string(&keras.resolved().expect("a config")).expect("TOML");
    assert!(text.contains("momentum = 0.99") && text.contains("epsilon = 0.001"), "{text}");
    for (keys, part) in [
        ("op = \"batch_norm\", dialect = \"kears\"", "did you mean `keras`?"),
        ("op = \"batch_norm\", epsilon = 0", "`epsilon` must be"),
        ("op = \"dropout\", rate = 1.0", "`rate` must be"),
        ("op = \"group_norm\"", "groups"),
        ("op = \"embedding\", vocabulary = 0, units = 2", "`vocabulary` must be"),
        ("op = \"dense\", units = 2, initializer = \"he_norml\"", "did you mean `he_normal`?"),
        ("op = \"dense\", units = 2, initializer = { type = \"normal\", devation = 1.0 }", "did you mean `deviation`?"),
        ("op = \"dense\", units = 2, initializer = { type = \"uniform\", low = 1.0, high = 0.0 }", "below `high`"),
    ] {
        let message = with(keys).err().unwrap_or_else(|| panic!("{keys} is accepted"));
        assert!(message.contains(part), "`{part}` is not in: {message}");
    }
}
