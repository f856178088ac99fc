//! What is wrong with networks, data sets and models that are made in code: typed errors with their place, and
//! never a panic.

mod checked;
mod descent;

use std::sync::Arc;

use gradus::{
    Config, Dataset, Descent, Device, Model, Network, Session, Settings,
    activations::RELU,
    block_on,
    config::{Augment, Normalize, Place, Portion},
    data::{self, Inputs, Splits, Targets},
    device,
    graph::{Draft, Graph},
    initializers,
    losses::{BERNOULLI, CATEGORICAL, NORMAL},
    metrics::{Asked, Metric},
    ops::{
        add::Add,
        conv::Conv,
        dense::Dense,
        embedding::Embedding,
        window::{Padding, Window},
    },
    schedules::Schedule,
    train,
};

fn inputs() -> Inputs {
    Inputs::Floats((0..12).map(|at| at as f32).collect())
}

fn labels() -> Targets {
    Targets::classes(vec![0, 1, 2, 0], 3)
}

fn splits(train: &[u32], dev: &[u32], test: &[u32]) -> Splits {
    Splits { train: train.to_vec(), dev: dev.to_vec(), test: test.to_vec() }
}

/// What is wrong with a data set of four examples.
fn data_error(shape: &[usize], inputs: Inputs, targets: Targets, splits: Splits) -> String {
    Dataset::of("mine", shape, inputs, targets, splits).expect_err("a mistake").to_string()
}

#[test]
fn data_from_memory_must_fit_together() {
    let wrong = |inputs, targets| data_error(&[3], inputs, targets, Splits::all(4));
    let with = |number| {
        let Inputs::Floats(mut values) = inputs() else { unreachable!() };
        values[7] = number;
        Inputs::Floats(values)
    };
    assert_eq!(wrong(with(f32::NAN), labels()), "mine, row 3: the input 1 is NaN");
    assert_eq!(wrong(with(f32::NEG_INFINITY), labels()), "mine, row 3: the input 1 is -inf");
    let labelled = |labels: &[u32]| wrong(inputs(), Targets::classes(labels.to_vec(), 3));
    assert_eq!(labelled(&[0, 1, 2, 3]), "mine, row 4: the label 3 is none of 3 classes, which count from 0");
    assert_eq!(labelled(&[0, 1]), "mine: 12 input numbers, where the targets are for 2 examples of [3]");
    let values = |values: &[f32], width| wrong(inputs(), Targets::Values { values: values.to_vec(), width });
    assert_eq!(values(&[0.0; 7], 2), "mine: 7 targets are no whole examples of 2 each");
    assert_eq!(values(&[0.0; 7], 0), "mine: 7 targets are no whole examples of 0 each");
    assert_eq!(values(&[0.0, 0.0, 0.0, f32::INFINITY], 1), "mine, row 4: the target 0 is inf");
    let names = Targets::Classes { labels: vec![0; 4], count: 3, names: Some(vec!["a".into()]) };
    assert_eq!(wrong(inputs(), names), "mine: 1 names for 3 classes");
    let bytes = |maximum| wrong(Inputs::Bytes { values: vec![9; 12], maximum }, labels());
    assert_eq!(bytes(8.0), "mine, row 1: a pixel is 9, where the largest is to be 8");
    assert_eq!(bytes(f32::NAN), "mine: NaN can't be the largest pixel");
    for shape in [&[][..], &[0], &[3, 0], &[usize::MAX, 2]] {
        let message = data_error(shape, inputs(), labels(), Splits::all(4));
        assert!(message.contains("have no numbers, or too many"), "{message}");
    }
}

#[test]
fn splits_from_memory_are_disjoint_and_of_examples_that_are_there() {
    let wrong = |splits| data_error(&[3], inputs(), labels(), splits);
    assert_eq!(wrong(splits(&[0, 4], &[], &[])), "mine: the split `train` has the index 4 of 4 examples");
    assert_eq!(wrong(splits(&[0, 1], &[2], &[1])), "mine: the splits `train` and `test` both have the index 1");
    assert_eq!(wrong(splits(&[0, 1], &[2, 2], &[])), "mine: the split `dev` has the index 2 twice");
    assert!(wrong(splits(&[], &[], &[0])).contains("no example is trained on"));
    assert!(wrong(Splits::all(5)).contains("has the index 4 of 4 examples"));
    for share in [f64::NAN, -0.1, 1.0] {
        let error = Splits::drawn(4, Portion::Fraction(share), Portion::Count(1), 1).expect_err("no share");
        assert!(error.to_string().starts_with("the splits: dev takes the share"), "{error}");
    }
    assert!(Splits::drawn(4, Portion::Count(0), Portion::Count(4), 1).is_err());
    let dataset = Dataset::of("mine", [3], inputs(), labels(), Splits::all(4)).expect("it fits");
    assert!(dataset.scaled(Normalize::Unit).expect_err("no bytes").to_string().contains("pictures of bytes"));
}

/// A message of code is told with a file of these and a line.
fn placed(message: String) -> String {
    let (place, message) = message.split_once(": ").expect("a place");
    assert!(place.starts_with("tests/suite/code") && place.split(':').count() == 3, "{place}: {message}");
    message.to_owned()
}

fn graph_error(build: impl FnOnce(&mut Network)) -> String {
    let mut net = Network::new([3, 4, 4]);
    build(&mut net);
    placed(net.build().expect_err("a mistake").to_string())
}

#[test]
fn networks_in_code_tell_their_mistakes() {
    let dense = |units| Dense::new(units, Some(&RELU));
    assert_eq!(graph_error(|_| ()), "a network needs at least one layer");
    let message = graph_error(|net| {
        let (a, b) = (net.add(dense(4), &[net.input()]), net.add(dense(5), &[net.input()]));
        net.add(Add::default(), &[a, b]);
    });
    assert_eq!(message, "layer `layers.2` (add): the inputs [4] and [5] differ");
    let message = graph_error(|net| {
        net.add(dense(4), &[]);
    });
    assert_eq!(message, "layer `layers.0` (dense): takes an input, but is given none");
    let message = graph_error(|net| {
        let other = Network::new([3]);
        net.add(dense(4), &[other.input()]);
    });
    assert!(message.starts_with("unknown input `0 of another network`"), "{message}");
    let message = graph_error(|net| {
        net.named("a", dense(4), &[net.input()]);
        net.named("a", dense(4), &[net.input()]);
    });
    assert!(message.starts_with("two layers are named `a`, the other one at tests/suite/code.rs:"), "{message}");
    let message = graph_error(|net| {
        net.named("input", dense(4), &[net.input()]);
    });
    assert!(message.contains("what the network itself is given"), "{message}");
    let message = graph_error(|net| {
        net.named("", dense(4), &[net.input()]);
    });
    assert!(message.contains("a layer's name has letters"), "{message}");
    // Two outputs, and a layer that nothing uses, are one mistake.
    let message = graph_error(|net| {
        net.named("left", dense(4), &[net.input()]);
        net.named("right", dense(4), &[net.input()]);
    });
    assert!(message.starts_with("nothing uses the output of `left` (dense, tests/suite/code.rs:"), "{message}");
    let message = graph_error(|net| {
        net.add(dense(0), &[net.input()]);
    });
    assert_eq!(message, "layer `layers.0` (dense): its weight [0, 48] would have no elements");
    let message = graph_error(|net| {
        net.add(dense(usize::MAX), &[net.input()]);
    });
    assert!(message.contains("more elements than 64 bits count"), "{message}");
    assert!(Network::new([2, 0]).build().expect_err("no numbers").to_string().contains("have no numbers"));
}

#[test]
fn windows_in_code_must_have_the_axes_of_the_picture() {
    let wrong = |window: Window| {
        graph_error(|net| {
            net.add(Conv::new(2, window, None), &[net.input()]);
        })
    };
    for kernel in [&[][..], &[3], &[3, 3, 3], &[1; 4]] {
        let message = wrong(Window::new(kernel));
        assert!(message.starts_with("layer `layers.0` (conv"), "{message}");
    }
    let square = || Window::new(&[3, 3]);
    for window in [
        Window { stride: vec![1], ..square() },
        Window { stride: vec![0, 1], ..square() },
        Window { dilation: vec![], ..square() },
        Window { dilation: vec![0, 0], ..square() },
        Window { padding: Padding::Explicit(vec![1]), ..square() },
        Window::new(&[0, 3]),
        Window::new(&[9, 9]),
    ] {
        wrong(window);
    }
    let message = graph_error(|net| {
        net.add(Conv { groups: 0, ..Conv::new(2, square(), None) }, &[net.input()]);
    });
    assert!(message.contains("groups"), "{message}");
}

#[test]
fn circles_of_names_are_found() {
    let dense = || Box::new(Dense::new(4, None));
    let drafts = vec![Draft::new("a", dense(), &["b"]), Draft::new("b", dense(), &["a"])];
    let error = Graph::of(drafts, &[3]).expect_err("a circle");
    assert!(matches!(error.place, Place::Text { .. }), "{error}");
    assert_eq!(placed(error.to_string()), "the layers form a circle: a -> b -> a");
    let drafts = vec![Draft::new("first", dense(), &["input"]), Draft::new("b", dense(), &["frist"])];
    let error = Graph::of(drafts, &[3]).expect_err("an unknown name");
    assert!(error.to_string().contains("unknown input `frist`; did you mean `first`?"), "{error}");
}

fn net(input: &[usize], outputs: usize) -> Graph {
    let mut net = Network::new(input);
    net.add(Dense::new(outputs, None), &[net.input()]);
    net.build().expect("one layer")
}

fn dataset() -> Dataset {
    Dataset::of("mine", [3], inputs(), labels(), Splits::all(4)).expect("it fits")
}

fn sgd() -> Descent {
    Descent::named("sgd", &["learning_rate=0.1"]).expect("an optimizer")
}

fn model_error(graph: Graph, loss: &'static gradus::losses::Loss, dataset: Dataset, settings: Settings) -> String {
    Model::of(graph, loss, sgd(), dataset, settings).map(|_| ()).expect_err("a mistake").to_string()
}

#[test]
fn networks_losses_and_data_must_fit_each_other() {
    let wrong = |graph, dataset| model_error(graph, &CATEGORICAL, dataset, Settings::of(1, 2));
    let message = placed(wrong(net(&[4], 3), dataset()));
    assert_eq!(message, "the network takes [4], but an example of the data set is [3]");
    let message = placed(wrong(net(&[3], 2), dataset()));
    assert!(message.starts_with("the network ends in 2 outputs, but the loss `categorical`"), "{message}");
    let values = Targets::Values { values: vec![0.5; 12], width: 3 };
    let numbers = Dataset::of("mine", [3], inputs(), values, Splits::all(4)).expect("it fits");
    let message = wrong(net(&[3], 3), numbers.clone());
    assert_eq!(message, "mine: the loss `categorical` takes classes, and the targets are numbers");
    assert!(Model::of(net(&[3], 3), &NORMAL, sgd(), numbers.clone(), Settings::of(1, 2)).is_ok());
    let outside = Dataset { targets: Targets::Values { values: vec![1.5; 12], width: 3 }, ..numbers };
    let message = model_error(net(&[3], 3), &BERNOULLI, outside, Settings::of(1, 2));
    assert!(message.contains("is no probability"), "{message}");
    let mut words = Network::new([3]);
    let vectors = Embedding { vocabulary: 4, units: 2, initializer: initializers::NORMAL };
    let vectors = words.add(vectors, &[words.input()]);
    words.add(Dense::new(3, None), &[vectors]);
    assert!(wrong(words.build().expect("it fits"), dataset()).contains("is no word's number"));
}

#[test]
fn no_index_reaches_a_device_unchecked() {
    // The fields are public: a data set may have become anything since it was made.
    let wrong = |dataset| model_error(net(&[3], 3), &CATEGORICAL, dataset, Settings::of(1, 2));
    let message = wrong(Dataset { train: vec![0, 1_000_000], ..dataset() });
    assert_eq!(message, "mine: the split `train` has the index 1000000 of 4 examples");
    let message = wrong(Dataset { targets: Targets::classes(vec![0, 1, 2, 77], 3), ..dataset() });
    assert_eq!(message, "mine, row 4: the label 77 is none of 3 classes, which count from 0");
    let message = wrong(Dataset { inputs: Inputs::Floats(vec![0.0; 11]), ..dataset() });
    assert!(message.contains("11 input numbers"), "{message}");
    let mut scales = dataset();
    scales.normalization.offset.pop();
    assert!(wrong(scales).contains("3 scales and 2 offsets of 1 numbers do not fit [3]"));
    // An outline may be looked at, but not run.
    let outline = Dataset { inputs: Inputs::Floats(vec![]), targets: Targets::classes(vec![], 3), ..dataset() };
    let model = Model::of(net(&[3], 3), &CATEGORICAL, sgd(), outline, Settings::of(1, 2)).expect("a plan");
    let session = block_on(Session::new(model, &Device::cpu()));
    assert!(matches!(session.map(|_| ()), Err(device::Error::NoExamples)));
}

#[test]
fn settings_in_code_are_checked_as_configs_are() {
    let wrong = |settings| model_error(net(&[3], 3), &CATEGORICAL, dataset(), settings);
    assert_eq!(wrong(Settings::of(0, 2)), "train.epochs: a run has at least one epoch");
    assert!(wrong(Settings::of(usize::MAX, 2)).contains("32 bits count"));
    let asked = |name| Asked::of(Metric::named(name).expect("it is known"));
    let message = placed(wrong(Settings::of(1, 2).metrics([asked("f1")])));
    assert!(message.starts_with("`f1` is of the development set, but there is no"), "{message}");
    let message = placed(wrong(Settings::of(1, 2).metrics([asked("mae")])));
    assert!(message.starts_with("`mae` does not measure what the loss `categorical` trains"), "{message}");
    let augment = Some(Augment { crop: 1, flip: true, cutout: 0 });
    assert!(wrong(Settings { augment, ..Settings::of(1, 2) }).contains("data.augment is for pictures"));
    assert!(Descent::named("adm", &[]).expect_err("no optimizer").to_string().contains("did you mean `adam`?"));
    assert!(Descent::named("adam", &["beta=1"]).expect_err("no key").to_string().contains("unknown key `beta`"));
}

/// What was trained, to the last bit.
fn weights(model: Model) -> Vec<u32> {
    let mut session = block_on(Session::new(model, &Device::cpu())).expect("room");
    block_on(train(&mut session, &mut [])).expect("it trains");
    let snapshot = block_on(session.snapshot()).expect("weights");
    snapshot.parameters.iter().map(|weight| weight.to_bits()).collect()
}

#[test]
fn code_trains_what_the_config_trains() {
    let set = ["train.epochs=2", "optimizer.learning_rate=0.01"].map(String::from);
    let config = Config::default_with(&set).expect("the digits");
    let dataset = data::load(&config.data, true, config.seed).expect("they are inside");
    let (targets, inputs) = (dataset.targets.clone(), dataset.inputs.clone());
    let splits = Splits { train: dataset.train.clone(), dev: dataset.dev.clone(), test: dataset.test.clone() };
    let again = Dataset::of("digits", [1, 8, 8], inputs, targets, splits).expect("it fits");
    let expected = weights(Model::build(config, dataset).expect("a network"));

    let mut net = Network::new([1, 8, 8]);
    let hidden = net.add(Dense::new(256, Some(&RELU)), &[net.input()]);
    net.add(Dense::new(10, None), &[hidden]);
    let descent = Descent::named("adam", &["learning_rate=0.01"]).expect("an optimizer");
    let graph = net.build().expect("it fits");
    let model = Model::of(graph, &CATEGORICAL, descent, again, Settings::of(2, 32)).expect("a network");
    assert!(weights(model) == expected, "code and config train different weights");
}
