//! Networks whose gradients are checked: nodes that merge, normalise, drop and embed.

use super::gradients::{Check, check_over, dense};
use crate::{
    activations::{RELU, SIGMOID, TANH},
    graph::INPUT,
    losses,
    ops::{
        Op, activate::Activate, add::Add, concat::Concat, multiply::Multiply, reshape::Reshape, shortcut::Shortcut,
        softmax::Softmax,
    },
};

/// A network for every node of these kinds, some of them inside forks.
pub fn checks() -> Vec<Check> {
    [merging()].into_iter().flatten().collect()
}

fn merging() -> Vec<Check> {
    let of = |name, layers| check_over(&[2, 3], name, &losses::CATEGORICAL, layers);
    let softmax = |shape: &[usize]| -> Vec<(&str, Box<dyn Op>, &[&str])> {
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
                ("d", Box::new(Add), &["c", "a"]),
                ("e", Box::new(Activate { activation: &RELU }), &["d"]),
                ("f", dense(3, None), &["e"]),
            ],
        ),
        of(
            "add of three, one of them twice",
            vec![
                ("a", dense(4, None), &[INPUT]),
                ("b", dense(4, Some(&SIGMOID)), &[INPUT]),
                ("c", Box::new(Add), &["a", "b", "a"]),
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
