//! Settings made in code are checked as those of configs are, and what was checked can't be changed any more.

use gradus::{
    kernels::Step,
    ops::{Op, batch_norm::BatchNorm, dropout::Dropout, identity::Input},
    plan::Program,
};

use super::*;

/// The message of a layer that takes the pictures of [`graph_error`] or, as the second, 8 numbers.
fn op_error(op: impl Op + 'static) -> String {
    graph_error(|net| {
        let flat = net.add(Dense::new(8, None), &[net.input()]);
        net.named("it", op, &[flat]);
    })
}

#[test]
fn settings_of_layers_are_those_that_a_config_may_have() {
    for (rate, shown) in [(1.0, "1.0"), (2.0, "2.0"), (-1.0, "-1.0"), (f64::NAN, "NaN")] {
        let expected =
            format!("layer `it` (dropout): `rate` must be a number of at least 0 and below 1, found {shown}");
        assert_eq!(op_error(Dropout { rate }), expected);
    }
    let message = op_error(BatchNorm { momentum: 5.0, ..BatchNorm::default() });
    assert!(message.starts_with("layer `it` (batch_norm): `momentum` must be"), "{message}");
    let message = op_error(BatchNorm { epsilon: 0.0, ..BatchNorm::default() });
    assert!(message.starts_with("layer `it` (batch_norm): `epsilon` must be"), "{message}");
    let mut initializer = initializers::UNIFORM;
    initializer.numbers = [1.0, 0.5];
    let message = op_error(Dense { initializer, ..Dense::new(4, None) });
    assert_eq!(message, "layer `it` (dense): `low` must be below `high`");
    initializer.numbers = [f64::NAN, 0.5];
    let message = op_error(Dense { bias_initializer: initializer, ..Dense::new(4, None) });
    assert!(message.starts_with("layer `it` (dense): `low` must be a number"), "{message}");
    let message = op_error(Embedding { vocabulary: 1 << 25, units: 2, initializer: initializers::NORMAL });
    assert!(message.starts_with("layer `it` (embedding): `vocabulary` must be an integer"), "{message}");
    assert!(op_error(Input).contains("is what the network itself is given"));
    assert!(net(&[3], 3).nodes.len() == 2, "what is right is no error");
}

#[test]
fn a_handle_of_another_network_is_no_layers_name() {
    let message = graph_error(|net| {
        let mut other = Network::new([3]);
        let foreign = other.add(Dense::new(4, None), &[other.input()]);
        net.named("1 of another network", Dense::new(4, None), &[net.input()]);
        net.add(Dense::new(4, None), &[foreign]);
    });
    assert!(message.starts_with("unknown input `1 of another network`"), "{message}");
}

/// What is wrong with a graph that was changed after it was made.
fn changed(change: impl FnOnce(&mut Graph)) -> String {
    let mut net = Network::new([3]);
    let hidden = net.add(Dense::new(4, None), &[net.input()]);
    net.add(Dense::new(3, None), &[hidden]);
    let mut graph = net.build().expect("it fits");
    change(&mut graph);
    placed(model_error(graph, &CATEGORICAL, dataset(), Settings::of(1, 2)))
}

#[test]
fn a_graph_is_checked_again() {
    assert_eq!(changed(|graph| graph.output = 99), "the output is the node 99 of 3, counted from 0");
    let message = changed(|graph| graph.nodes.clear());
    assert_eq!(message, "the output is the node 2 of 0, counted from 0");
    let message = changed(|graph| graph.nodes[1].shape = vec![5]);
    assert_eq!(message, "layer `layers.0` (dense): its shape is [5], but its op gives [4]");
    let message = changed(|graph| graph.nodes[1].inputs = vec![2]);
    assert_eq!(message, "layer `layers.0` (dense): the input 2 does not stand before the node 1");
    let message = changed(|graph| graph.nodes[1].inputs = vec![99]);
    assert_eq!(message, "layer `layers.0` (dense): the input 99 does not stand before the node 1");
    let message = changed(|graph| graph.nodes[1].inputs.clear());
    assert_eq!(message, "layer `layers.0` (dense): takes an input, but is given none");
    let message = changed(|graph| graph.output = 1);
    assert_eq!(message, "layer `layers.1` (dense): nothing uses its output, and that of the network is `layers.0`'s");
    let message = changed(|graph| graph.nodes[2].name = "layers.0".into());
    assert_eq!(message, "layer `layers.0` (dense): another layer has this name, too");
    let message = changed(|graph| graph.nodes[2].op = Box::new(Dropout { rate: 7.0 }));
    assert!(message.starts_with("layer `layers.1` (dropout): `rate` must be"), "{message}");
    let message = changed(|graph| graph.nodes[0].op = Box::new(Dense::new(3, None)));
    assert_eq!(message, "layer `input` (dense): takes an input, but is given none");
    let message = changed(|graph| graph.nodes[0].shape = vec![usize::MAX, 2]);
    assert!(message.contains("more elements than 64 bits count"), "{message}");
}

#[test]
fn a_graph_of_its_input_alone_does_not_panic() {
    let graph = Graph::of(vec![], &[3]).expect("no layer is wrong");
    let model = Model::of(graph, &CATEGORICAL, sgd(), dataset(), Settings::of(1, 2)).expect("it fits");
    assert!(weights(model).iter().all(|&weight| weight == 0), "there is nothing to train");
}

#[test]
fn the_shape_of_an_outline_is_one() {
    let inputs = Inputs::Floats(vec![]);
    let outline = Dataset { shape: vec![usize::MAX, 2], inputs, targets: Targets::classes(vec![], 3), ..dataset() };
    let message = model_error(net(&[3], 3), &CATEGORICAL, outline, Settings::of(1, 2));
    assert!(message.contains("have no numbers, or too many"), "{message}");
}

#[test]
fn augmentation_is_within_its_range() {
    let pictures = Inputs::pictures((0..32).collect());
    let dataset = Dataset::of("mine", [1, 4, 4], pictures, Targets::classes(vec![0, 1], 2), Splits::all(2));
    let augment = Some(Augment { crop: 0, flip: false, cutout: 1 << 40 });
    let settings = Settings { augment, ..Settings::of(1, 2) };
    let message = model_error(net(&[1, 4, 4], 2), &CATEGORICAL, dataset.expect("it fits"), settings);
    assert_eq!(message, "mine: data.augment.cutout = 1099511627776 is beyond 16384");
}

fn session() -> Session {
    let model = Model::of(net(&[3], 3), &CATEGORICAL, sgd(), dataset(), Settings::of(3, 2)).expect("it fits");
    assert_eq!((model.dataset().train.len(), model.settings().train.epochs, model.plan().batch), (4, 3, 2));
    assert!(model.config().is_none() && model.schedule().at(0) == 0.1);
    block_on(Session::new(model, &Device::cpu())).expect("room")
}

#[test]
#[should_panic(expected = "epoch 0 can't begin: the next one is 1")]
fn epochs_count_from_one() {
    session().begin_epoch(0);
}

#[test]
#[should_panic(expected = "epoch 3 can't begin: the next one is 2")]
fn epochs_come_one_after_the_other() {
    let mut session = session();
    let steps: Vec<Step> = session.begin_epoch(1);
    block_on(session.run(Program::Train, &steps)).expect("the CPU works");
    assert_eq!(session.begin_epoch(2).len(), 2);
    session.begin_epoch(3);
}
