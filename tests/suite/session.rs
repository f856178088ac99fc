//! Optimizer settings in a whole session on the CPU device: trained, saved, resumed, written out.

use gradus::{
    config::Config,
    data,
    device::Device,
    plan::Program,
    train::{Model, Session, Snapshot, Split, read_weights, write_average, write_weights},
};

const CONFIG: &str = "
[data]
source = 'digits'
test = 0.2
dev = 0.1
normalize = 'unit'
[model]
loss = 'categorical'
layers = [{ op = 'dense', units = 16, activation = 'relu' }, { op = 'dense', units = 10 }]
[train]
epochs = 4
batch_size = 64
";

fn build(optimizer: &str) -> Result<Model, String> {
    from_text(&format!("{CONFIG}[optimizer]\n{optimizer}\n"))
}

fn from_text(text: &str) -> Result<Model, String> {
    let config = Config::read("c.toml", text, &[]).map_err(|error| error.to_string())?;
    let dataset = data::load(&config.data, true, config.seed).map_err(|error| error.to_string())?;
    Model::build(config, dataset).map_err(|error| error.to_string())
}

fn open(model: Model) -> Session {
    pollster::block_on(Session::new(model, &Device::Cpu)).expect("the CPU works")
}

/// Trains one epoch; returns the development set's loss.
fn epoch(session: &mut Session) -> f64 {
    let steps = session.begin_epoch(session.epochs_done() + 1);
    pollster::block_on(session.run(Program::Train, &steps)).expect("the CPU works");
    let figures = pollster::block_on(session.evaluate(Split::Dev)).expect("the CPU works");
    let loss = figures.expect("there is a development set").loss;
    session.observe(loss);
    loss
}

const SETTINGS: &[&str] = &[
    "type = 'adagrad'\ndialect = 'keras'\nlearning_rate = 0.1",
    "type = 'adamw'\nlearning_rate = { schedule = 'cosine', initial = 0.01, warmup = 10 }\nclip_global_norm = 1.0",
    "type = 'momentum'\ndialect = 'pytorch'\nlearning_rate = { schedule = 'one_cycle', peak = 0.1 }\nclip_norm = 1.0\nl1 = 1e-5\n\
     groups = [{ pattern = 'layers.0.*', learning_rate = 0.5, weight_decay = 1e-4 }]",
    "type = 'rmsprop'\ncentered = true\nmomentum = 0.5\nlearning_rate = { schedule = 'plateau', initial = 0.003, patience = 0, threshold = 0.5 }",
    "type = 'adam'\nema = 0.9\naccumulate = 2\nclip_global_norm = 1.0\nlearning_rate = 0.01",
    "type = 'adam'\naccumulate = 3\nlearning_rate = 0.01\nweight_decay = 1e-4",
];

#[test]
fn training_lowers_the_loss_and_resumes_to_the_same_bits() {
    for settings in SETTINGS {
        let mut whole = open(build(settings).unwrap_or_else(|error| panic!("{error}")));
        let losses: Vec<f64> = (0..4).map(|_| epoch(&mut whole)).collect();
        assert!(losses[3] < 0.7 * 10f64.ln(), "{settings}: {losses:?}");

        let mut first = open(build(settings).expect("it was built before"));
        (0..2).for_each(|_| _ = epoch(&mut first));
        let plan = first.model().plan().clone();
        let bytes = pollster::block_on(first.snapshot()).expect("the CPU works").to_bytes(&plan);
        let mut second = open(build(settings).expect("it was built before"));
        second.restore(&Snapshot::from_bytes(&plan, &bytes).expect("its own bytes"));
        let resumed: Vec<f64> = (0..2).map(|_| epoch(&mut second)).collect();
        assert_eq!(losses[2..], resumed, "{settings}");
        let snapshots = [&mut whole, &mut second].map(|s| pollster::block_on(s.snapshot()).expect("the CPU works"));
        assert_eq!(snapshots[0], snapshots[1], "{settings}");
    }
}

#[test]
fn the_resolved_config_builds_the_same_optimizer() {
    for settings in SETTINGS {
        let model = build(settings).unwrap_or_else(|error| panic!("{error}"));
        let text = toml::to_string(&model.resolved().expect("a config")).expect("TOML");
        let again = from_text(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(model.resolved(), again.resolved(), "{settings}");
        assert_eq!(model.rule().formula(), again.rule().formula());
        assert_eq!(model.schedule(), again.schedule());
    }
}

#[test]
fn a_group_without_parameters_is_an_error() {
    let error = build("type = 'sgd'\ngroups = [{ pattern = 'layer.*' }]").err().expect("no name matches");
    assert!(error.starts_with("c.toml:15:") && error.contains("no parameter's name matches `layer.*`"), "{error}");
}

/// Evaluation takes the average; a session that starts from it finds the same loss.
#[test]
fn evaluation_takes_the_average_of_the_weights() {
    let settings = "type = 'sgd'\nlearning_rate = 0.5\nema = 0.98";
    let mut session = open(build(settings).expect("a model"));
    let untrained = pollster::block_on(session.evaluate(Split::Dev)).expect("the CPU works").expect("a split").loss;
    assert!((untrained - 10f64.ln()).abs() < 0.7, "before the first update it is the first weights: {untrained}");
    let loss = epoch(&mut session);
    let snapshot = pollster::block_on(session.snapshot()).expect("the CPU works");
    let plan = session.model().plan().clone();
    let mut losses = vec![];
    for bytes in [write_average(&plan, &snapshot).expect("there is one"), write_weights(&plan, &snapshot)] {
        let mut other = open(build("type = 'sgd'").expect("a model"));
        other.restore_weights(&read_weights(&plan, &bytes).expect("its own bytes"));
        losses.push(pollster::block_on(other.evaluate(Split::Dev)).expect("the CPU works").expect("a split").loss);
    }
    assert_eq!(loss, losses[0]);
    assert_ne!(loss, losses[1]);
    assert!(write_average(open(build("type = 'sgd'").expect("a model")).model().plan(), &snapshot).is_none());
}

/// Four batches of 32 make the update of one of 128; 0 means the whole set, 1 is online.
#[test]
fn batches_add_up() {
    let train = |batch: usize, rest: &str, updates: usize| {
        let text = format!("{CONFIG}shuffle = false\n[optimizer]\ntype = 'sgd'\nlearning_rate = 0.1\n{rest}\n");
        let mut session = open(from_text(&text.replace("= 64", &format!("= {batch}"))).expect("a model"));
        let steps = session.begin_epoch(1);
        let steps = &steps[..updates.min(steps.len())];
        pollster::block_on(session.run(Program::Train, steps)).expect("the CPU works");
        let loss = pollster::block_on(session.evaluate(Split::Dev)).expect("the CPU works").expect("a split").loss;
        (pollster::block_on(session.snapshot()).expect("the CPU works").parameters, steps.len(), loss)
    };
    let (parts, whole) = (train(32, "accumulate = 4", 16).0, train(128, "", 4).0);
    let worst = parts.iter().zip(&whole).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst < 1e-6, "{worst:.1e}");
    let (_, steps, once) = train(0, "", usize::MAX);
    assert_eq!(steps, 1);
    let (_, _, online) = train(1, "", 500);
    assert!(online < once && online < 1.5, "{online} {once}");
}

/// The loss and the gradient at other weights are those of a session that has them; this one goes on as if nobody had
/// asked, to the bit.
#[test]
fn looking_at_other_weights_leaves_a_session_as_it_was() {
    let settings = "type = 'adam'\nema = 0.9\nlearning_rate = 0.01";
    let mut other = open(build(settings).expect("a model"));
    epoch(&mut other);
    let there = pollster::block_on(other.weights()).expect("the CPU works");
    let mut session = open(build(settings).expect("a model"));
    let steps = session.begin_epoch(1);
    pollster::block_on(session.run(Program::Train, &steps[..9])).expect("the CPU works");
    pollster::block_on(session.read_steps(1, &steps[..9])).expect("finite figures");
    let here = pollster::block_on(session.snapshot()).expect("the CPU works");
    for split in [Split::Train, Split::Dev, Split::Test] {
        let found = pollster::block_on(session.loss_at(&there, split)).expect("the CPU works");
        assert_eq!(found, pollster::block_on(other.evaluate(split)).expect("the CPU works"), "{split:?}");
        assert_ne!(found, pollster::block_on(session.evaluate(split)).expect("the CPU works"));
        // Evaluating by itself puts the training set into the file's order, and asking for a loss does not.
        session.restore(&here);
        let order = session.begin_epoch(1);
        assert_eq!(order[0].slot, 9);
        pollster::block_on(session.loss_at(&there, split)).expect("the CPU works");
    }
    other.restore_weights(&there);
    let gradient = pollster::block_on(session.gradient_at(&there, &[3, 5, 8])).expect("the CPU works");
    assert_eq!(gradient, pollster::block_on(other.gradient(&[3, 5, 8])).expect("the CPU works"));
    assert_ne!(gradient, pollster::block_on(session.gradient(&[3, 5, 8])).expect("the CPU works"));
    assert_eq!(pollster::block_on(session.snapshot()).expect("the CPU works"), here);
    // The rest of the epoch, in the order that it had.
    pollster::block_on(session.run(Program::Train, &steps[9..])).expect("the CPU works");
    let mut undisturbed = open(build(settings).expect("a model"));
    let steps = undisturbed.begin_epoch(1);
    pollster::block_on(undisturbed.run(Program::Train, &steps)).expect("the CPU works");
    let [one, two] = [&mut session, &mut undisturbed].map(|s| pollster::block_on(s.snapshot()).expect("the CPU works"));
    assert_eq!(one.parameters, two.parameters);
}
