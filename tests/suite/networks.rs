//! The named networks of the papers: their exact numbers of parameters, names and plans.

use crate::common::{gpu, model, session};
use gradus::{
    config::Config,
    device::{Device, Error},
    graph::Graph,
    losses, optimizers,
    plan::{self, DataLayout, Options, Plan},
    train::Session,
};

/// A network for CIFAR-10 of the repository's configs. Only the network matters here, whichever data
/// there are.
fn network(name: &str, overrides: &[&str]) -> (Config, Graph) {
    let path = format!("{}/configs/{name}-cifar10.toml", env!("CARGO_MANIFEST_DIR"));
    let overrides: Vec<String> = ["data.source=digits"].iter().chain(overrides).map(|text| text.to_string()).collect();
    let config = Config::load(path.as_ref(), &overrides).expect("a valid config");
    let graph = Graph::build(&config.model, &[3, 32, 32]).expect("layers that fit");
    optimizers::read(&config.optimizer).expect("an optimizer");
    (config, graph)
}

fn parameters(graph: &Graph) -> usize {
    let of = |at: usize| graph.nodes[at].op.parameters(&graph.input_shapes(at));
    (0..graph.nodes.len()).flat_map(of).map(|parameter| parameter.shape.iter().product::<usize>()).sum()
}

/// As the authors' implementations count them.
#[test]
fn named_networks_have_the_parameters_of_their_papers() {
    for (name, expected) in [
        ("resnet20", 269_722),
        ("resnet56", 853_018),
        ("resnet110", 1_727_962),
        ("resnet20-noshort", 269_722),
        ("resnet56-noshort", 853_018),
        ("resnet110-noshort", 1_727_962),
        ("resnet56-projection", 855_770),
        ("mcnn", 1_558_026),
        ("preact-resnet18", 11_171_146),
        ("densenet121", 6_956_298),
        ("wrn28-10", 36_479_194),
    ] {
        let (_, graph) = network(name, &[]);
        assert_eq!(parameters(&graph), expected, "{name}");
        assert_eq!(graph.nodes[graph.output].shape, [10], "{name}");
    }
}

/// Formulas by hand: mcnn's convolutions have 27k + 18k² + 72k² + 288k² weights, and there are 15k biases,
/// 30k of batch normalisation, and 80k + 10 at the end.
#[test]
fn widths_scale_a_network() {
    for k in [1, 3, 10] {
        let width = format!("model.width={k}");
        let (_, graph) = network("mcnn", &[&width]);
        assert_eq!(parameters(&graph), 378 * k * k + (27 + 15 + 30 + 80) * k + 10, "mcnn {k}");
        let (_, graph) = network("preact-resnet18", &[&width]);
        assert_eq!(graph.nodes[graph.output - 1].shape, [8 * k], "preact-resnet18 {k}");
    }
}

/// Weights that others trained can be loaded: their names are those of the usual implementations.
#[test]
fn named_networks_have_the_usual_names() {
    for (name, layers) in [
        ("resnet20", &["conv1", "layer1.2.bn2", "layer3.2.conv2", "linear"][..]),
        ("resnet56", &["layer3.8.bn2"]),
        ("resnet56-projection", &["layer2.0.shortcut.0", "layer3.0.shortcut.1", "layer3.8.conv1"]),
        ("resnet110-noshort", &["layer1.17.bn2"]),
        ("preact-resnet18", &["layer1.1.bn1", "layer2.0.shortcut.0", "layer4.1.conv2", "linear"]),
        ("densenet121", &["dense1.0.bn1", "trans3.conv", "dense4.15.conv2", "bn", "linear"]),
        ("wrn28-10", &["block1.0.shortcut.0", "block3.3.conv2", "fc"]),
    ] {
        let (_, graph) = network(name, &[]);
        for layer in layers {
            assert!(graph.nodes.iter().any(|node| node.name == *layer), "{name} has no {layer}");
        }
    }
}

/// Without its shortcuts a network adds nothing up; with them, once a block.
#[test]
fn shortcuts_are_there_or_not() {
    for (name, expected) in [("resnet56", 27), ("resnet56-projection", 27), ("resnet56-noshort", 0), ("wrn28-10", 12)] {
        let (_, graph) = network(name, &[]);
        assert_eq!(graph.nodes.iter().filter(|node| node.op.name() == "add").count(), expected, "{name}");
    }
}

fn compiled(name: &str, batch: usize) -> Plan {
    let (config, graph) = network(name, &[]);
    let layout = DataLayout {
        bytes: true,
        examples: batch,
        plane: 1024,
        order: batch,
        differentiate_input: false,
        augmentation: None,
    };
    let options = Options { batch, evaluate_batch: batch, replicas: 1, slots: 1 };
    let rule = optimizers::read(&config.optimizer).expect("an optimizer");
    plan::compile(&graph, losses::named("categorical").expect("a loss"), rule, &layout, &options)
}

/// A joint of ResNet is one launch forward and one backward: its sum, its activation and, on the way
/// back, the sum of the fork are not apart. Activations are nowhere launches of their own.
#[test]
fn joints_of_a_residual_network_are_fused() {
    let plan = compiled("resnet20", 128);
    let launches = |kernel: &str| plan.train.iter().filter(|launch| launch.kernel.name == kernel).count();
    assert_eq!(launches("sum"), 9);
    // The input of the first block forks, too; the last block's output does not.
    assert_eq!(launches("sum_through"), 9);
    assert_eq!(launches("activation_forward") + launches("activation_backward"), 0);
}

#[test]
fn predicted_memory_is_what_is_allocated() {
    for device in [Device::cpu(), gpu()] {
        let session = session("configs/digits.toml", &[], &device);
        assert_eq!(session.counters().allocated_bytes, session.model().plan().bytes());
    }
    // Scratch is shared by lifetime: far less than the sum of all activations of WRN-28-10.
    let plan = compiled("resnet56", 128);
    let largest = plan.buffers.iter().filter(|buffer| buffer.name.starts_with("scratch")).count();
    assert!(largest < plan.train.len(), "{largest} scratch buffers");
}

/// A buffer that an adapter cannot bind is refused before anything runs, with the largest batch that fits.
#[test]
fn a_batch_that_does_not_fit_is_refused_with_one_that_does() {
    let device = gpu();
    let layers = "model.layers=[{ op = 'dense', units = 400000, activation = 'relu', bias = false }, { op = 'reshape', shape = [4000, 100] }, { op = 'global_avg_pool' }, { op = 'dense', units = 10 }]";
    // Adam's state of as many weights twice over would be too large by itself.
    let sgd = "optimizer={ type = 'sgd', learning_rate = 0.1 }";
    let set = |batch: &str| model("configs/digits.toml", &[layers, sgd, "data.train_limit=800", batch]);
    // 64 x 400,000 weights are 97.7 MiB; a row of activations is 1.5 MiB.
    let error = pollster::block_on(Session::new(set("train.batch_size=400"), &device)).err().expect("too large");
    let Error::TooLarge { largest, advice, .. } = &error else { panic!("{error}") };
    let fitting = (largest / 1_600_000).to_string();
    assert!(advice.contains(&format!("train.batch_size={fitting} is the largest that fits")), "{error}");
    assert!(device.check(set(&format!("train.batch_size={fitting}")).plan()).is_ok());
}

/// So is a network whose buffers find no room together: 150 layers keep 10 GB each.
#[test]
fn a_network_larger_than_the_memory_is_refused_with_a_batch_that_fits() {
    let layers = "model.layers=[{ op = 'conv_transpose2d', filters = 1, kernel = 1, stride = 200 }, \
        { op = 'repeat', times = 150, layers = [{ op = 'conv2d', filters = 1, kernel = 1, activation = 'tanh' }] }, \
        { op = 'global_avg_pool' }, { op = 'dense', units = 10 }]";
    let set = |batch: &str| model("configs/digits.toml", &[layers, batch]);
    for device in [Device::cpu(), gpu()] {
        let error = pollster::block_on(Session::new(set("train.batch_size=0"), &device)).err().expect("too large");
        let message = error.to_string();
        match error {
            Error::TooMuch { bytes, free, .. } => assert!(bytes > free, "{message}"),
            // A GPU may refuse the first buffer before their sum.
            Error::TooLarge { .. } if !matches!(device, Device::Cpu) => {}
            _ => panic!("{message}"),
        }
        let (_, batch) = message.split_once("train.batch_size=").expect(&message);
        let batch = batch.split(' ').next().expect("a number");
        assert!(device.check(set(&format!("train.batch_size={batch}")).plan()).is_ok(), "{message}");
    }
}
