//! Convolutions and poolings.

use super::{Entry, Setting, kinked, over};

const CONV1D: &[Setting] = &[
    over(&[1, 1], "filters = 1, kernel = 1"),
    over(&[1, 7], "filters = 1, kernel = 7"),
    over(&[2, 9], "filters = 3, kernel = 3, padding = 'same'"),
    over(&[2, 9], "filters = 3, kernel = 4, padding = 'same', stride = 2, activation = 'relu'"),
    over(&[3, 11], "filters = 5, kernel = 2, stride = 3, bias = false"),
    over(&[2, 13], "filters = 2, kernel = 3, dilation = 4, padding = 5, activation = 'tanh'"),
    over(&[4, 8], "filters = 6, kernel = 3, groups = 2, padding = 1"),
    over(&[3, 8], "filters = 3, kernel = 3, groups = 3, stride = 2, activation = 'sigmoid'"),
    over(&[3, 5], "filters = 6, kernel = 5, groups = 3, padding = 4"),
    over(&[1, 67], "filters = 17, kernel = 5, stride = 2"),
    over(&[17, 5], "filters = 2, kernel = 3, activation = 'gelu'"),
    over(&[2, 3], "filters = 2, kernel = 2, stride = 5, padding = 1"),
    over(
        &[2, 8],
        "{ @, filters = 3, kernel = 3, activation = 'tanh' }, { @, filters = 2, kernel = 2, activation = 'silu' }, { op = 'dense', units = 2 }",
    ),
];

const CONV2D: &[Setting] = &[
    over(&[1, 1, 1], "filters = 1, kernel = 1"),
    over(&[2, 5, 4], "filters = 3, kernel = [3, 2]"),
    over(&[2, 4, 5], "filters = 3, kernel = [3, 4], padding = 'same', activation = 'relu'"),
    over(&[2, 7, 5], "filters = 4, kernel = 3, padding = 'same', stride = 2"),
    over(&[1, 7, 6], "filters = 2, kernel = 2, stride = 3, bias = false, activation = 'sigmoid'"),
    over(&[2, 8, 7], "filters = 3, kernel = [3, 2], stride = [2, 1], dilation = [1, 3], padding = [2, 1]"),
    over(&[4, 5, 5], "filters = 6, kernel = 3, groups = 2, padding = 1, activation = 'tanh'"),
    over(&[3, 5, 4], "filters = 3, kernel = 3, groups = 3, padding = 1"),
    over(&[3, 6, 4], "filters = 6, kernel = [2, 3], groups = 3, stride = 2, padding = 'same'"),
    over(&[3, 4, 3], "filters = 17, kernel = 1"),
    over(&[18, 3, 3], "filters = 5, kernel = 3, padding = 1, activation = 'elu'"),
    over(&[1, 2, 2], "filters = 2, kernel = 5, padding = 3"),
    over(&[1, 11, 13], "filters = 2, kernel = 5, stride = 2, activation = 'silu'"),
    over(
        &[2, 5, 5],
        "{ @, filters = 3, kernel = 3, padding = 1, activation = 'leaky_relu', name = 'a' }, { @, filters = 3, kernel = 1, name = 'b' }, { op = 'add', inputs = ['a', 'b'] }",
    ),
];

const CONV3D: &[Setting] = &[
    over(&[1, 1, 1, 1], "filters = 1, kernel = 1"),
    over(&[2, 3, 4, 3], "filters = 2, kernel = [2, 3, 2]"),
    over(&[1, 3, 3, 3], "filters = 3, kernel = 3, padding = 'same', activation = 'relu'"),
    over(&[1, 4, 3, 5], "filters = 2, kernel = [2, 2, 3], stride = 2, padding = [1, 0, 1]"),
    over(&[2, 5, 4, 3], "filters = 1, kernel = 2, stride = [3, 1, 2], bias = false"),
    over(&[1, 5, 4, 6], "filters = 2, kernel = 2, dilation = [3, 1, 2], activation = 'tanh'"),
    over(&[4, 2, 3, 2], "filters = 2, kernel = 2, groups = 2, padding = 1"),
    over(&[3, 2, 2, 3], "filters = 3, kernel = [1, 2, 3], groups = 3, padding = 'same', activation = 'sigmoid'"),
    over(&[2, 2, 2, 2], "filters = 4, kernel = 2, groups = 2, padding = 1, stride = 2"),
    over(&[1, 2, 1, 7], "filters = 5, kernel = [2, 1, 3], activation = 'gelu'"),
    over(&[1, 1, 1, 2], "filters = 2, kernel = 3, padding = 2, stride = 2"),
    over(
        &[2, 3, 3, 3],
        "{ @, filters = 2, kernel = 2, activation = 'tanh' }, { @, filters = 2, kernel = 2 }, { op = 'dense', units = 2 }",
    ),
];

const CONV_TRANSPOSE2D: &[Setting] = &[
    over(&[1, 1, 1], "filters = 1, kernel = 1"),
    over(&[2, 3, 4], "filters = 3, kernel = 3"),
    over(&[2, 3, 4], "filters = 3, kernel = [3, 2], stride = 2, padding = 1, output_padding = 1, activation = 'relu'"),
    over(&[2, 2, 3], "filters = 2, kernel = 4, stride = 2, padding = 1"),
    over(&[3, 2, 2], "filters = 1, kernel = 2, stride = 3, bias = false, activation = 'tanh'"),
    over(&[2, 3, 2], "filters = 2, kernel = [2, 3], dilation = [3, 2], padding = 2"),
    over(&[4, 3, 3], "filters = 6, kernel = 2, groups = 2, stride = [3, 2]"),
    over(&[3, 3, 2], "filters = 3, kernel = 3, groups = 3, padding = 1, activation = 'sigmoid'"),
    over(
        &[4, 3, 3],
        "filters = 4, kernel = [2, 3], stride = [3, 2], groups = 2, dilation = 2, padding = 1, output_padding = [2, 1]",
    ),
    over(&[17, 2, 1], "filters = 2, kernel = 2, activation = 'gelu'"),
    over(&[1, 5, 7], "filters = 5, kernel = 1, stride = 2"),
    over(
        &[2, 3, 3],
        "{ op = 'conv2d', filters = 3, kernel = 2, activation = 'tanh' }, { @, filters = 2, kernel = 2, activation = 'silu' }, { op = 'dense', units = 2 }",
    ),
];

const POOL1D: &[Setting] = &[
    over(&[1, 1], "kernel = 1"),
    over(&[2, 7], "kernel = 7"),
    over(&[2, 9], "kernel = 2"),
    over(&[3, 9], "kernel = 3, stride = 2, padding = 1"),
    over(&[1, 13], "kernel = 4, stride = 1, padding = 2"),
    over(&[2, 11], "kernel = 5, stride = 3, padding = 'same'"),
    over(&[2, 5], "kernel = 2, stride = 5"),
    over(&[5, 3], "kernel = 3, stride = 1, padding = 'same'"),
    over(&[1, 67], "kernel = 3"),
    over(&[17, 4], "kernel = 2, stride = 1"),
    over(&[2, 8], "{ op = 'tanh' }, { @, kernel = 3, stride = 1 }, { op = 'dense', units = 2 }"),
    over(
        &[2, 8],
        "{ op = 'gelu', name = 'a' }, { @, kernel = 2, name = 'b' }, { @, kernel = 2, name = 'c', inputs = ['a'] }, { op = 'multiply', inputs = ['b', 'c'] }",
    ),
    kinked(&[2, 13], "kernel = 3, stride = 1, padding = 1"),
    kinked(&[3, 8], "{ op = 'relu' }, { @, kernel = 4, stride = 2 }"),
];

const POOL2D: &[Setting] = &[
    over(&[1, 1, 1], "kernel = 1"),
    over(&[2, 4, 6], "kernel = 2"),
    over(&[2, 5, 4], "kernel = [3, 2], stride = 1, padding = 1"),
    over(&[1, 7, 5], "kernel = 3, stride = 2, padding = 'same'"),
    over(&[1, 5, 7], "kernel = [2, 1], stride = 3"),
    over(&[3, 3, 3], "kernel = 3"),
    over(&[2, 6, 5], "kernel = [1, 4], stride = [2, 1], padding = [0, 2]"),
    over(&[2, 3, 2], "kernel = 2, stride = 1, padding = 'same'"),
    over(&[1, 13, 11], "kernel = 5, stride = 4, padding = 2"),
    over(&[7, 2, 3], "kernel = 2, stride = 1"),
    over(&[2, 4, 4], "{ op = 'sigmoid' }, { @, kernel = 2, stride = 1 }, { op = 'silu' }"),
    over(
        &[1, 6, 6],
        "{ op = 'conv2d', filters = 3, kernel = 3, padding = 1, activation = 'relu' }, { @, kernel = 2 }, { op = 'dense', units = 2 }",
    ),
    kinked(&[2, 5, 7], "kernel = 3, stride = 1, padding = 1"),
    kinked(&[2, 4, 6], "{ op = 'relu' }, { @, kernel = 2 }"),
];

const POOL3D: &[Setting] = &[
    over(&[1, 1, 1, 1], "kernel = 1"),
    over(&[2, 4, 2, 4], "kernel = 2"),
    over(&[1, 3, 4, 5], "kernel = [2, 3, 2], stride = 1, padding = [1, 1, 0]"),
    over(&[1, 3, 4, 5], "kernel = 2, stride = 2, padding = 'same'"),
    over(&[2, 3, 2, 3], "kernel = [3, 1, 2], stride = 1"),
    over(&[3, 2, 2, 2], "kernel = 2"),
    over(&[1, 5, 1, 3], "kernel = [2, 1, 3], stride = [3, 1, 1]"),
    over(&[2, 2, 3, 2], "kernel = 2, stride = 1, padding = 'same'"),
    over(&[1, 4, 5, 3], "kernel = 3, stride = 2, padding = 1"),
    over(&[7, 1, 2, 2], "kernel = [1, 2, 2]"),
    over(&[2, 3, 3, 3], "{ op = 'tanh' }, { @, kernel = 2, stride = 1 }, { op = 'dense', units = 2 }"),
    over(&[1, 3, 3, 3], "{ @, kernel = 2, stride = 1 }, { @, kernel = 2 }"),
    kinked(&[1, 3, 4, 3], "kernel = 2, stride = 1, padding = 1"),
    kinked(&[2, 2, 3, 4], "{ op = 'relu' }, { @, kernel = [1, 3, 2], stride = 1 }"),
];

const GLOBAL_AVG_POOL: &[Setting] = &[
    over(&[1, 1], ""),
    over(&[3, 5], ""),
    over(&[3, 67], ""),
    over(&[1, 257], ""),
    over(&[3, 2, 4], ""),
    over(&[5, 7, 3], ""),
    over(&[1, 1, 13], ""),
    over(&[2, 2, 3, 2], ""),
    over(&[4, 1, 1, 1], ""),
    over(&[2, 3, 3], "{ op = 'tanh' }, { @ }, { op = 'dense', units = 2 }"),
    over(&[2, 3, 3], "{ op = 'gelu' }, { @ }, { op = 'softmax' }"),
    over(&[2, 4, 4], "{ op = 'conv2d', filters = 3, kernel = 3, activation = 'relu' }, { @ }"),
];

pub const NODES: &[Entry] = &[
    ("conv1d", CONV1D),
    ("conv2d", CONV2D),
    ("conv3d", CONV3D),
    ("conv_transpose2d", CONV_TRANSPOSE2D),
    ("max_pool1d", POOL1D),
    ("max_pool2d", POOL2D),
    ("max_pool3d", POOL3D),
    ("avg_pool1d", POOL1D),
    ("avg_pool2d", POOL2D),
    ("avg_pool3d", POOL3D),
    ("global_avg_pool", GLOBAL_AVG_POOL),
];
