//! The networks that check convolutions and poolings: every setting on one to three axes, above and
//! below other layers, since the derivative of an activation below is fused.

use super::{
    layers::{check_over, dense},
    network::Network,
};
use crate::{
    activations::{RELU, SIGMOID, TANH},
    graph::INPUT,
    losses,
    ops::{
        Op,
        activate::Activate,
        conv::Conv,
        conv_transpose::ConvTranspose,
        pool::{Measure, Pool},
        window::{Padding, Window},
    },
};

fn window(kernel: &[usize], stride: usize, dilation: usize, padding: Padding) -> Window {
    let axes = kernel.len();
    Window { kernel: kernel.to_vec(), stride: vec![stride; axes], dilation: vec![dilation; axes], padding }
}

/// A convolution alone over an example of this shape, then below a dense layer.
fn convolution(name: &str, input: &[usize], window: Window, filters: usize, groups: usize) -> Network {
    let first = Conv { groups, ..Conv::new(filters, window.clone(), Some(&TANH)) };
    let layers: Vec<(&str, Box<dyn Op>, &[&str])> =
        vec![("a", Box::new(first), &[INPUT]), ("b", dense(3, None), &["a"])];
    check_over(input, &format!("{name} {}", crate::graph::show(input)), &losses::NORMAL, layers)
}

/// A pooling above an activation, whose derivative is fused, and below another.
fn pooling(measure: Measure, input: &[usize], window: Option<Window>) -> Network {
    let count_padding = window.as_ref().is_none_or(|window| window.padding != Padding::Same);
    let pool = Pool { measure, window, count_padding };
    let name = format!("{} {}", pool.name(), crate::graph::show(input));
    let layers: Vec<(&str, Box<dyn Op>, &[&str])> = vec![
        ("a", Box::new(Activate { activation: &TANH }), &[INPUT]),
        ("b", Box::new(pool), &["a"]),
        ("c", Box::new(Activate { activation: &SIGMOID }), &["b"]),
        ("d", dense(2, None), &["c"]),
    ];
    check_over(input, &name, &losses::NORMAL, layers)
}

/// Every network of this file.
pub fn checks() -> Vec<Network> {
    use Padding::{Explicit, Same, Valid};
    let mut checks = vec![
        convolution("conv1d", &[2, 9], window(&[3], 1, 1, Same), 3, 1),
        convolution("conv1d stride 2", &[2, 9], window(&[4], 2, 1, Explicit(vec![2])), 3, 1),
        convolution("conv2d valid", &[2, 5, 4], window(&[3, 2], 1, 1, Valid), 3, 1),
        convolution("conv2d same", &[2, 4, 5], window(&[3, 4], 1, 1, Same), 3, 1),
        convolution("conv2d same, stride 2", &[2, 6, 5], window(&[3, 3], 2, 1, Same), 3, 1),
        convolution("conv2d stride 3, kernel 2", &[1, 7, 6], window(&[2, 2], 3, 1, Valid), 2, 1),
        convolution("conv2d dilation", &[1, 6, 7], window(&[3, 2], 1, 2, Explicit(vec![1, 2])), 2, 1),
        convolution("conv2d dilation and stride", &[1, 8, 7], window(&[3, 2], 2, 3, Explicit(vec![2, 1])), 2, 1),
        convolution("conv2d groups", &[4, 4, 4], window(&[3, 3], 1, 1, Same), 6, 2),
        convolution("conv2d depthwise", &[3, 4, 4], window(&[3, 3], 2, 1, Same), 3, 3),
        convolution("conv3d", &[2, 3, 4, 3], window(&[2, 3, 2], 1, 1, Same), 2, 1),
        convolution("conv3d stride 2", &[1, 4, 3, 5], window(&[2, 2, 3], 2, 1, Explicit(vec![1, 0, 1])), 2, 1),
    ];
    // Derivatives below are fused, a bias is missing, an activation is not the last.
    let same = || window(&[3, 3], 1, 1, Same);
    let plain = Conv { bias: false, ..Conv::new(2, same(), Some(&SIGMOID)) };
    let tower: Vec<(&str, Box<dyn Op>, &[&str])> = vec![
        ("a", Box::new(plain), &[INPUT]),
        ("b", Box::new(Conv::new(3, window(&[2, 2], 2, 1, Valid), Some(&TANH))), &["a"]),
        ("c", Box::new(Conv::new(2, same(), Some(&RELU))), &["b"]),
        ("d", dense(3, None), &["c"]),
    ];
    checks.push(check_over(&[2, 4, 6], "conv2d over conv2d", &losses::CATEGORICAL, tower));
    for (stride, dilation, padding, more, groups) in
        [(1, 1, 1, 0, 1), (2, 1, 1, 1, 1), (3, 1, 0, 2, 2), (2, 3, 2, 2, 2)]
    {
        let transposed = ConvTranspose {
            groups,
            output_padding: vec![more; 2],
            ..ConvTranspose::new(4, window(&[3, 2], stride, dilation, Explicit(vec![padding; 2])), Some(&TANH))
        };
        let layers: Vec<(&str, Box<dyn Op>, &[&str])> = vec![
            ("a", Box::new(Conv::new(4, same(), Some(&SIGMOID))), &[INPUT]),
            ("b", Box::new(transposed), &["a"]),
            ("c", dense(2, None), &["b"]),
        ];
        let name = format!("conv_transpose2d stride {stride}, dilation {dilation}, groups {groups}");
        checks.push(check_over(&[1, 3, 4], &name, &losses::NORMAL, layers));
    }
    for measure in [Measure::Max, Measure::Average] {
        let padded = |amounts: &[usize]| Explicit(amounts.to_vec());
        checks.push(pooling(measure, &[2, 9], Some(window(&[3], 2, 1, padded(&[1])))));
        checks.push(pooling(measure, &[2, 4, 6], Some(window(&[2, 2], 2, 1, Valid))));
        checks.push(pooling(measure, &[2, 5, 4], Some(window(&[3, 2], 1, 1, padded(&[1, 1])))));
        checks.push(pooling(measure, &[1, 7, 5], Some(window(&[3, 3], 2, 1, Same))));
        checks.push(pooling(measure, &[1, 5, 7], Some(window(&[2, 1], 3, 1, Valid))));
        checks.push(pooling(measure, &[1, 3, 4, 5], Some(window(&[2, 3, 2], 1, 1, padded(&[1, 1, 0])))));
    }
    for input in [&[3, 5][..], &[3, 2, 4], &[2, 2, 3, 2]] {
        checks.push(pooling(Measure::Average, input, None));
    }
    checks
}
