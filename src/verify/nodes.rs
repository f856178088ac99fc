//! Networks whose gradients are checked: nodes that merge, normalise, drop and embed.

use super::{
    layers::{Layer, check_over, dense},
    network::Network,
};
use crate::{
    activations::{RELU, SIGMOID, SILU, TANH},
    graph::{INPUT, elements},
    initializers, losses,
    ops::{
        Op, activate::Activate, add::Add, batch_norm::BatchNorm, concat::Concat, dropout::Dropout,
        embedding::Embedding, flatten::Flatten, identity::Identity, layer_norm::LayerNorm, multiply::Multiply,
        reshape::Reshape, setting::Examples, shortcut::Shortcut, softmax::Softmax,
    },
};

/// A network for every node of these kinds, some of them inside forks.
pub fn checks() -> Vec<Network> {
    [merging(), normalising()].into_iter().flatten().collect()
}

fn merging() -> Vec<Network> {
    let of = |name, layers| check_over(&[2, 3], name, &losses::CATEGORICAL, layers);
    let softmax = |shape: &[usize]| -> Vec<Layer> {
        vec![
            ("a", dense(6, None), &[INPUT]),
            ("b", Box::new(Reshape { shape: shape.to_vec() }), &["a"]),
            ("c", Box::new(Softmax), &["b"]),
            ("d", dense(3, None), &["c"]),
        ]
    };
    vec![
        of("softmax", softmax(&[6])),
        of("softmax over channels", softmax(&[3, 1, 2])),
        // A residual block: the activation below has two consumers, so its gradients are summed.
        of(
            "residual block",
            vec![
                ("a", dense(5, Some(&RELU)), &[INPUT]),
                ("b", dense(5, Some(&TANH)), &["a"]),
                ("c", dense(5, None), &["b"]),
                ("d", Box::new(Add::default()), &["c", "a"]),
                ("e", Box::new(Activate { activation: &RELU }), &["d"]),
                ("f", dense(3, None), &["e"]),
            ],
        ),
        // Two blocks whose sums are activated at once: the first one's output forks.
        of(
            "residual blocks, fused",
            vec![
                ("a", dense(5, Some(&TANH)), &[INPUT]),
                ("b", dense(5, None), &["a"]),
                ("c", Box::new(Add { activation: Some(&SIGMOID) }), &["b", "a"]),
                ("d", dense(5, None), &["c"]),
                ("e", Box::new(Add { activation: Some(&RELU) }), &["d", "c", "a"]),
                ("f", dense(3, None), &["e"]),
            ],
        ),
        of(
            "add + silu",
            vec![
                ("a", dense(5, None), &[INPUT]),
                ("b", dense(5, Some(&TANH)), &[INPUT]),
                ("c", Box::new(Add { activation: Some(&SILU) }), &["a", "b"]),
                ("d", dense(5, None), &["c"]),
                ("e", Box::new(Add::default()), &["d", "c"]),
            ],
        ),
        // f' passes through views to the launch that computes the gradient.
        of(
            "activations below views",
            vec![
                ("a", dense(6, Some(&TANH)), &[INPUT]),
                ("b", Box::new(Reshape { shape: vec![3, 2] }), &["a"]),
                ("c", Box::new(Flatten), &["b"]),
                ("d", dense(4, Some(&SIGMOID)), &["c"]),
                ("e", Box::new(Identity), &["d"]),
                ("f", dense(4, None), &["e"]),
                ("g", Box::new(Add::default()), &["f", "e"]),
            ],
        ),
        of(
            "add of three, one of them twice",
            vec![
                ("a", dense(4, None), &[INPUT]),
                ("b", dense(4, Some(&SIGMOID)), &[INPUT]),
                ("c", Box::new(Add::default()), &["a", "b", "a"]),
                ("d", dense(3, None), &["c"]),
            ],
        ),
        of(
            "gate",
            vec![
                ("a", dense(4, Some(&SIGMOID)), &[INPUT]),
                ("b", dense(4, Some(&TANH)), &[INPUT]),
                ("c", Box::new(Multiply), &["a", "b"]),
            ],
        ),
        of(
            "product of four, one of them twice",
            vec![
                ("a", dense(4, None), &[INPUT]),
                ("b", dense(4, Some(&SIGMOID)), &[INPUT]),
                ("c", dense(4, Some(&TANH)), &["a"]),
                ("d", Box::new(Multiply), &["a", "b", "c", "a"]),
            ],
        ),
        of(
            "concat",
            vec![
                ("a", dense(4, Some(&TANH)), &[INPUT]),
                ("b", dense(2, Some(&RELU)), &[INPUT]),
                ("c", Box::new(Concat { axis: 0 }), &["a", "b", "a"]),
                ("d", dense(3, None), &["c"]),
            ],
        ),
        of(
            "concat along the second axis",
            vec![
                ("a", dense(4, Some(&TANH)), &[INPUT]),
                ("b", Box::new(Reshape { shape: vec![2, 2] }), &["a"]),
                ("c", Box::new(Concat { axis: 1 }), &[INPUT, "b"]),
                ("d", dense(3, None), &["c"]),
            ],
        ),
        check_over(
            &[2, 3, 5],
            "shortcut_pad",
            &losses::NORMAL,
            vec![("a", Box::new(Shortcut { stride: 2, channels: 5 }), &[INPUT]), ("b", dense(3, None), &["a"])],
        ),
    ]
}

fn normalising() -> Vec<Network> {
    let mut checks = vec![];
    for (name, shape) in [("of a vector", vec![6]), ("of channels", vec![3, 1, 2]), ("of one channel", vec![1, 6])] {
        for (what, norm) in [
            ("batch_norm", BatchNorm::default()),
            ("batch_norm + sigmoid", BatchNorm { activation: Some(&SIGMOID), ..BatchNorm::default() }),
            (
                "batch_norm + silu",
                BatchNorm { activation: Some(&SILU), keras: true, epsilon: 1e-3, ..BatchNorm::default() },
            ),
            ("batch_norm without weights", BatchNorm { affine: false, ..BatchNorm::default() }),
        ] {
            checks.push(norm_check(&format!("{what} {name}"), &shape, Box::new(norm)));
        }
    }
    let whole = || LayerNorm::new(None);
    let groups = |groups| LayerNorm::new(Some(groups));
    for (name, shape, norm) in [
        ("layer_norm", &[6][..], whole()),
        ("layer_norm of channels", &[2, 3], whole()),
        ("layer_norm + sigmoid", &[6], LayerNorm { activation: Some(&SIGMOID), ..whole() }),
        ("layer_norm without weights", &[6], LayerNorm { affine: false, ..whole() }),
        ("group_norm", &[2, 1, 3], groups(1)),
        ("group_norm of a channel each", &[2, 3], groups(2)),
        ("group_norm of a vector", &[6], groups(2)),
        ("group_norm + silu", &[2, 3], LayerNorm { activation: Some(&SILU), ..groups(2) }),
        ("group_norm without weights", &[2, 3], LayerNorm { affine: false, ..groups(2) }),
        ("group_norm of pairs", &[4, 1, 2], groups(2)),
    ] {
        checks.push(norm_check(name, shape, Box::new(norm)));
    }
    checks.push(norm_check("dropout", &[6], Box::new(Dropout { rate: 0.4 })));
    let embedding = Embedding { vocabulary: 5, units: 3, initializer: initializers::NORMAL };
    let layers: Vec<Layer> = vec![("a", Box::new(embedding), &[INPUT]), ("b", dense(3, None), &["a"])];
    checks
        .push(Network { examples: Examples::Words(5), ..check_over(&[4], "embedding", &losses::CATEGORICAL, layers) });
    checks.push(check_over(
        &[6],
        "layer_norm over tanh",
        &losses::CATEGORICAL,
        vec![
            ("a", dense(5, Some(&TANH)), &[INPUT]),
            ("b", Box::new(LayerNorm::new(None)), &["a"]),
            ("c", dense(3, None), &["b"]),
        ],
    ));
    // The activation below is applied by the launch that computes the gradient.
    checks.push(check_over(
        &[6],
        "batch_norm over relu",
        &losses::CATEGORICAL,
        vec![
            ("a", dense(5, Some(&RELU)), &[INPUT]),
            ("b", Box::new(BatchNorm::default()), &["a"]),
            ("c", dense(3, None), &["b"]),
        ],
    ));
    checks
}

/// A normalisation between two dense layers.
fn norm_check(name: &str, shape: &[usize], norm: Box<dyn Op>) -> Network {
    let layers: Vec<Layer> = vec![
        ("a", dense(elements(shape), None), &[INPUT]),
        ("b", Box::new(Reshape { shape: shape.to_vec() }), &["a"]),
        ("c", norm, &["b"]),
        ("d", dense(3, None), &["c"]),
    ];
    check_over(&[2, 3], name, &losses::CATEGORICAL, layers)
}
