//! An activation as a layer of its own costs what it costs as a key of the layer before it.

use std::sync::Arc;

use gradus::{
    config::Config,
    graph::Graph,
    losses,
    optimizers::sgd::Sgd,
    plan::{self, DataLayout, Options, Plan},
    verify::Network,
};

fn graph(layers: &str) -> Graph {
    let text = format!(
        "[data]\nsource = \"digits\"\n[model]\nloss = \"normal\"\nlayers = [\n{layers}\n]\n\
         [optimizer]\ntype = \"sgd\"\n[train]\nepochs = 1\n"
    );
    let config = Config::read("fusion.toml", &text, &[]).expect("a valid config");
    Graph::build(&config.model, &[2, 4, 4]).expect("layers that fit")
}

fn compiled(layers: &str) -> Plan {
    let layout =
        DataLayout { bytes: false, examples: 4, plane: 16, order: 4, augmentation: None, differentiate_input: true };
    let options = Options { batch: 4, evaluate_batch: 4, replicas: 1, slots: 1 };
    let loss = losses::named("normal").expect("a loss");
    plan::compile(&graph(layers), loss, Arc::new(Sgd::default()), &layout, &options)
}

/// What a step's launches are: kernels, parameters, activations and the buffers that they bind.
fn launches(layers: &str) -> Vec<String> {
    let plan = compiled(layers);
    let of = |launch: &plan::Launch| {
        format!("{:?} {:?} {} {:?}", launch.kernel, launch.parameters, launch.variant.name(), launch.bindings)
    };
    plan.train.iter().chain(&plan.evaluate).map(of).collect()
}

/// Each pair is one network, once with keys and once with layers.
const PAIRS: &[[&str; 2]] = &[
    ["{ op = 'dense', units = 5, activation = 'relu' }", "{ op = 'dense', units = 5 }, { op = 'relu' }"],
    [
        "{ op = 'conv2d', filters = 3, kernel = 3, activation = 'tanh' }, { op = 'dense', units = 2 }",
        "{ op = 'conv2d', filters = 3, kernel = 3 }, { op = 'tanh' }, { op = 'dense', units = 2 }",
    ],
    // A residual block, whose sum has two consumers.
    [
        "{ op = 'conv2d', name = 'a', filters = 2, kernel = 3, padding = 1 },
         { op = 'batch_norm', name = 'b', activation = 'relu' },
         { op = 'conv2d', name = 'c', filters = 2, kernel = 3, padding = 1 },
         { op = 'add', name = 'e', inputs = ['c', 'b'], activation = 'sigmoid' },
         { op = 'conv2d', name = 'f', filters = 2, kernel = 3, padding = 1 },
         { op = 'add', name = 'g', inputs = ['f', 'e'], activation = 'relu' },
         { op = 'dense', units = 2 }",
        "{ op = 'conv2d', name = 'a', filters = 2, kernel = 3, padding = 1 },
         { op = 'batch_norm', name = 'b0' }, { op = 'relu', name = 'b' },
         { op = 'conv2d', name = 'c', filters = 2, kernel = 3, padding = 1 },
         { op = 'add', name = 'e0', inputs = ['c', 'b'] }, { op = 'sigmoid', name = 'e' },
         { op = 'conv2d', name = 'f', filters = 2, kernel = 3, padding = 1 },
         { op = 'add', name = 'g0', inputs = ['f', 'e'] }, { op = 'relu', name = 'g' },
         { op = 'dense', units = 2 }",
    ],
    // Through a view, and one whose derivative needs its argument.
    [
        "{ op = 'conv2d', filters = 3, kernel = 3, activation = 'relu' }, { op = 'flatten' },
         { op = 'layer_norm', activation = 'gelu' }, { op = 'dense', units = 2 }",
        "{ op = 'conv2d', filters = 3, kernel = 3 }, { op = 'flatten' }, { op = 'relu' },
         { op = 'layer_norm' }, { op = 'gelu' }, { op = 'dense', units = 2 }",
    ],
];

#[test]
fn an_activation_behind_a_layer_is_applied_by_its_launch() {
    for [keys, layers] in PAIRS {
        assert_eq!(launches(layers), launches(keys), "{layers}");
    }
}

/// What others read must not be activated; neither may the network's output be, nor anything twice.
#[test]
fn an_activation_stays_where_it_cannot_move() {
    for layers in [
        "{ op = 'dense', name = 'a', units = 3 }, { op = 'relu', name = 'b' },
         { op = 'add', inputs = ['a', 'b'] }",
        "{ op = 'dense', name = 'a', units = 3, activation = 'tanh' }, { op = 'relu' }, { op = 'dense', units = 2 }",
        "{ op = 'dense', name = 'a', units = 3 }, { op = 'softmax' }, { op = 'relu' }",
        "{ op = 'relu', inputs = ['input'] }, { op = 'dense', units = 3 }",
    ] {
        let alone = launches(layers).iter().filter(|launch| launch.starts_with("activation_forward")).count();
        assert_eq!(alone, 2, "once in training, once in evaluation: {layers}");
        check(layers);
    }
}

fn check(layers: &str) {
    let loss = losses::named("normal").expect("a loss");
    let verdict = Network::new(layers, graph(layers), loss).differences();
    assert!(verdict.failures.is_empty(), "{verdict:#?}");
}

#[test]
fn gradients_are_right_where_activations_moved() {
    PAIRS.iter().for_each(|[_, layers]| check(layers));
}
