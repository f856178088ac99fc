//! Optimizer settings in a whole session on the CPU device: trained, saved, resumed, written out.

use gradus::{
    config::Config,
    data,
    device::Device,
    plan::Program,
    train::{Model, Session, Snapshot, Split},
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
        let plan = first.model().plan.clone();
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
        let text = toml::to_string(&model.resolved()).expect("TOML");
        let again = from_text(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(model.resolved(), again.resolved(), "{settings}");
        assert_eq!(model.rule.formula(), again.rule.formula());
        assert_eq!(model.schedule, again.schedule);
    }
}

#[test]
fn a_group_without_parameters_is_an_error() {
    let error = build("type = 'sgd'\ngroups = [{ pattern = 'layer.*' }]").err().expect("no name matches");
    assert!(error.starts_with("c.toml:15:") && error.contains("no parameter's name matches `layer.*`"), "{error}");
}
