mod damaged;

use super::*;

const TEXT: &str = r#"
[data]
source = "digits"

[model]
loss = "categorical"
[[model.layers]]
op = "dense"
units = 64
[[model.layers]]
op = "dense"
units = 10
inputs = ["input"]

[optimizer]
type = "adam"
learning_rate = 1e-3
"#;

fn read(overrides: &[&str]) -> Result<Config, Error> {
    let overrides: Vec<String> = overrides.iter().map(|text| text.to_string()).collect();
    Config::read("configs/small.toml", TEXT, &overrides)
}

/// Reads a config, and checks what its sections name.
fn checked(overrides: &[&str]) -> Result<Config, Error> {
    let config = read(overrides)?;
    crate::train::check(&config)?;
    Ok(config)
}

fn error_of(text: &str) -> String {
    let result = Config::read("c.toml", text, &[]);
    result.unwrap_err().to_string()
}

#[test]
fn what_is_left_out_has_its_default() {
    let config = read(&[]).unwrap();
    assert_eq!((config.name.as_str(), config.seed), ("small", 42));
    assert_eq!(config.train, TrainConfig::default());
    assert_eq!(config.data.dev, Portion::Fraction(0.1));
    assert_eq!(config.data.test, Portion::Fraction(0.2));
    let csv = read(&["data.source=csv"]).unwrap();
    assert_eq!(csv.data.target, Target::Last);
    // Arrays tell when they are read whether they are pictures.
    let normalize = |source: &str| crate::data::settled(&read(&[source, "data.normalize=auto"]).unwrap().data);
    assert_eq!(crate::data::settled(&config.data), Normalize::Unit);
    let auto = ["digits", "csv", "npy"].map(|source| normalize(&format!("data.source={source}")));
    assert_eq!(auto, [Normalize::Unit, Normalize::Standard, Normalize::Auto]);
}

#[test]
fn layers_and_the_optimizer_keep_their_keys_for_their_readers() {
    let config = read(&["model.layers.0.unit=3"]).unwrap();
    let layer = &config.model.layers[1];
    assert_eq!(layer.op, "dense");
    assert_eq!(layer.op_place.to_string(), "configs/small.toml:11:6");
    let inputs = layer.inputs.as_ref().unwrap();
    assert_eq!((inputs[0].0.as_str(), inputs[0].1.to_string().as_str()), ("input", "configs/small.toml:13:11"));
    assert_eq!(layer.keys.require_integer("units", 1..).unwrap(), 10);
    layer.keys.finish().unwrap();

    let wrong = &config.model.layers[0].keys;
    wrong.require_integer("units", 1..).unwrap();
    assert_eq!(
        wrong.finish().unwrap_err().to_string(),
        "--set model.layers.0.unit: unknown key `unit`; did you mean `units`? \
         (the keys here: op, name, inputs, units)"
    );

    let optimizer = &config.optimizer;
    assert_eq!(optimizer.kind, "adam");
    let rate = optimizer.keys.require_number("learning_rate", POSITIVE);
    assert_eq!(rate.unwrap(), 1e-3);
    optimizer.keys.finish().unwrap();
}

#[test]
fn a_written_config_reads_as_the_same() {
    for overrides in [
        vec![],
        vec!["data.dev=5000", "data.label_noise=0.1", "train.epochs=3", "seed=7"],
        vec!["data.source=csv", "data.header=true", "data.target=price", "data.path=a b.csv"],
        vec!["data.source=csv", "data.target=3", "train.shuffle=false", "data.dev=0.0"],
        vec![
            "data.source=moons",
            "data.noise=0.2",
            "data.features={ map = 'fourier', count = 9 }",
            "data.train_subset=random",
        ],
        vec!["data.label_noise_in=['test', 'train']", "train.measure=['test']", "train.sampling=independent"],
        vec!["train.stop={ patience = 3, metric = { metric = 'top_k', k = 2 } }"],
        vec!["train.stop={ error_below = 0, of = 'dev', restore_best = true }"],
        vec!["optimizer.learning_rate={ schedule = 'cosine', initial = 0.1 }", "name=x"],
    ] {
        let config = read(&overrides).unwrap();
        let text = toml::to_string(&config.to_toml()).unwrap();
        let again = Config::read("runs/1/config.toml", &text, &[]).unwrap();
        assert_eq!(config, again, "{text}");
        assert_eq!(text, toml::to_string(&again.to_toml()).unwrap());
        // Every key is written, those that had defaults too.
        for key in ["seed", "dev", "train_limit", "batch_size", "log_steps", "initial_weights"] {
            assert!(text.contains(&format!("\n{key} = ")) || text.starts_with(key), "{key}: {text}");
        }
    }
    assert_ne!(read(&[]).unwrap(), read(&["model.layers.0.units=65"]).unwrap());
}

#[test]
fn overrides_reach_every_section() {
    let config = read(&["model.layers.0.units=65", "train.batch_size=0", "optimizer.type=sgd"]);
    let config = config.unwrap();
    assert_eq!(config.train.batch_size, 0);
    assert_eq!(config.optimizer.kind, "sgd");
    let units = config.model.layers[0].keys.require_integer("units", 1..);
    assert_eq!(units.unwrap(), 65);
}

#[test]
fn wrong_values_name_their_place() {
    for (overrides, expected) in [
        (
            "train.epochs=0",
            "--set train.epochs: `epochs` must be an integer of at least 1 and of at most 4294967295, found 0",
        ),
        (
            "train.epoch=1",
            "--set train.epoch: unknown key `epoch`; did you mean `epochs`? \
             (the keys here: epochs, steps, batch_size, shuffle, sampling, log_steps, metrics, measure, stop, checkpoint)",
        ),
        (
            "data.label_noise=nan",
            "--set data.label_noise: `label_noise` must be a number of at least 0 and below 1, \
             found NaN",
        ),
        (
            "data.label_noise=1",
            "--set data.label_noise: `label_noise` must be a number of at least 0 and below 1, \
             found 1",
        ),
        (
            "data.dev=1.5",
            "--set data.dev: `dev` must be a count of examples or a share of at least 0 and \
             below 1, found 1.5",
        ),
        (
            "data.source=digit",
            "--set data.source: unknown source `digit`; did you mean `digits`? \
             (one of: digits, fashion-mnist, idx, cifar10, cifar100, images, csv, npy, polynomial, sine, clusters, moons, spiral, circles)",
        ),
        (
            "data.delimiter=;;",
            "--set data.delimiter: \";;\" is not one character that stands between columns; \
             take \",\", \";\", \"\\t\" or \"|\", or leave it out",
        ),
        (
            "model.loss=categoric",
            "--set model.loss: unknown loss `categoric`; did you mean `categorical`? \
             (one of: normal, bernoulli, categorical)",
        ),
        ("model.layers=[]", "--set model.layers: a model needs at least one layer; begin one with [[model.layers]]"),
        ("model.layers.0=dense", "--set model.layers.0: `layers[0]` must be a table, found the string \"dense\""),
        ("train=3", "--set train: `train` must be a table, found 3"),
        ("seed=-1", "--set seed: `seed` must be an integer of at least 0, found -1"),
    ] {
        assert_eq!(checked(&[overrides]).unwrap_err().to_string(), expected);
    }
    let headless = read(&["data.header=false", "data.target=price"]).unwrap_err();
    assert_eq!(
        headless.to_string(),
        "--set data.target: the column `price` can't be found without a header; set \
         header = true, or give \"first\", \"last\" or the column's index from 0"
    );
    let unit = checked(&["data.source=csv", "data.normalize=unit"]).unwrap_err();
    assert_eq!(
        unit.to_string(),
        "--set data.normalize: `unit` is for pictures, and `csv` has none; \
         take \"standard\" or \"none\""
    );
}

#[test]
fn wrong_files_name_line_and_column() {
    for (wrong, right, expected) in [
        ("[optimiser]", "[optimizer]", "c.toml:15:2: unknown key `optimiser`; did you mean `optimizer`?"),
        ("souce =", "source =", "c.toml:3:1: unknown key `souce`; did you mean `source`?"),
        ("loss = 3", "loss = \"categorical\"", "c.toml:6:8: `loss` must be a string, found 3"),
        ("", "[[model.layers]]\nop = \"dense\"\nunits = 64\n", ""),
    ] {
        let text = TEXT.replacen(right, wrong, 1);
        assert_ne!(text, TEXT);
        match expected {
            "" => assert!(Config::read("c.toml", &text, &[]).is_ok()),
            _ => assert!(error_of(&text).starts_with(expected), "{}", error_of(&text)),
        }
    }
    let twice = format!("{TEXT}\ntype = \"sgd\"\n");
    assert!(error_of(&twice).starts_with("c.toml:19:1: not valid TOML: duplicate key"));
    assert_eq!(error_of(""), "c.toml:1:1: the section [data] is missing");
    let no_op = TEXT.replacen("op = ", "opp = ", 1);
    assert_eq!(error_of(&no_op), "c.toml:8:1: unknown key `opp`; did you mean `op`?");
}

#[test]
fn a_missing_file_is_named() {
    let error = Config::load(Path::new("no/such.toml"), &[]).unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("no/such.toml: the config can't be read: "), "{text}");
}

#[test]
fn the_shipped_configs_are_valid() {
    let digits = Config::default_with(&[]).unwrap();
    assert_eq!((digits.name.as_str(), digits.model.layers.len()), ("digits", 2));
    let text = include_str!("../../configs/fashion-mlp.toml");
    let fashion = Config::read("configs/fashion-mlp.toml", text, &[]).unwrap();
    assert_eq!(fashion.data.dev, Portion::Count(5000));
    assert_eq!((fashion.train.epochs, fashion.train.batch_size), (3, 128));
}

#[test]
fn numbers_of_words_have_no_scale() {
    let embedded =
        "model.layers=[{op='flatten'},{op='embedding',vocabulary=9,units=2},{op='flatten'},{op='dense',units=2}]";
    let within = "model.layers=[{op='block',name='b',layers=[{op='embedding',vocabulary=9,units=2}]},{op='flatten'},{op='dense',units=2}]";
    // An embedding of what a layer makes is no embedding of the input.
    let behind = "model.layers=[{op='dense',units=2},{op='embedding',vocabulary=9,units=2}]";
    for source in ["csv", "npy", "digits"] {
        let source = format!("data.source={source}");
        for layers in [embedded, within] {
            checked(&[&source, layers]).unwrap();
            checked(&[&source, layers, "data.normalize=none"]).unwrap();
            let error = checked(&[&source, layers, "data.normalize=standard"]).unwrap_err().to_string();
            assert!(error.starts_with("--set data.normalize: the inputs go into an embedding"), "{error}");
        }
        checked(&[&source, behind, "data.normalize=standard"]).unwrap();
    }
    let error = checked(&[embedded, "data.mean=[0.5]", "data.deviation=[0.5]"]).unwrap_err().to_string();
    assert!(error.starts_with("--set data.mean: the inputs go into an embedding"), "{error}");
}
