//! Nodes of several inputs.

use super::{Entry, Setting, over};

const ADD: &[Setting] = &[
    over(&[1], "inputs = ['input', 'input']"),
    over(&[7], "inputs = ['input', 'input', 'input']"),
    over(&[2, 3], "{ op = 'tanh', name = 'a' }, { @, inputs = ['a', 'input'] }"),
    over(&[2, 3, 4], "{ op = 'tanh', name = 'a' }, { op = 'silu', name = 'b' }, { @, inputs = ['b', 'a', 'input'] }"),
    over(&[2, 1, 3, 2], "{ op = 'sigmoid', name = 'a' }, { @, inputs = ['a', 'a', 'input', 'a'] }"),
    over(&[5], "{ op = 'tanh', name = 'a' }, { @, inputs = ['a', 'input'], activation = 'relu' }"),
    over(&[5], "{ op = 'tanh', name = 'a' }, { @, inputs = ['a', 'input'], activation = 'gelu' }"),
    over(&[31], "{ @, inputs = ['input', 'input'], activation = 'tanh' }, { op = 'dense', units = 2 }"),
    over(
        &[4],
        "{ op = 'dense', units = 4, activation = 'tanh', name = 'a' }, { @, name = 'b', inputs = ['a', 'input'], activation = 'sigmoid' }, { @, inputs = ['b', 'a'], activation = 'elu' }",
    ),
    over(
        &[3, 4],
        "{ op = 'conv1d', filters = 3, kernel = 3, padding = 'same', name = 'a' }, { @, inputs = ['a', 'input'], activation = 'leaky_relu' }",
    ),
    over(&[257], "{ op = 'hard_swish', name = 'a' }, { @, inputs = ['input', 'a'] }"),
    over(&[64], "{ op = 'dropout', rate = 0.5, name = 'a' }, { @, inputs = ['a', 'input'], activation = 'softplus' }"),
    over(
        &[6],
        "{ op = 'reshape', shape = [2, 3], name = 'a' }, { op = 'softmax', name = 'b' }, { @, inputs = ['a', 'b'], activation = 'selu' }",
    ),
];

const MULTIPLY: &[Setting] = &[
    over(&[1], "inputs = ['input', 'input']"),
    over(&[7], "inputs = ['input', 'input', 'input']"),
    over(&[2, 3], "{ op = 'tanh', name = 'a' }, { @, inputs = ['a', 'input'] }"),
    over(&[2, 3, 4], "{ op = 'tanh', name = 'a' }, { op = 'silu', name = 'b' }, { @, inputs = ['b', 'a', 'input'] }"),
    over(&[2, 1, 3, 2], "{ op = 'sigmoid', name = 'a' }, { @, inputs = ['a', 'a', 'input', 'a'] }"),
    over(
        &[5],
        "{ op = 'dense', units = 4, activation = 'sigmoid', name = 'a' }, { op = 'dense', units = 4, activation = 'tanh', name = 'b', inputs = ['input'] }, { @, inputs = ['a', 'b'] }",
    ),
    over(&[31], "{ @, inputs = ['input', 'input'] }, { op = 'dense', units = 2 }"),
    over(
        &[4],
        "{ op = 'tanh', name = 'a' }, { @, name = 'b', inputs = ['a', 'input'] }, { @, inputs = ['b', 'a', 'b'] }",
    ),
    over(
        &[3, 4],
        "{ op = 'conv1d', filters = 3, kernel = 3, padding = 'same', activation = 'sigmoid', name = 'a' }, { @, inputs = ['a', 'input'] }",
    ),
    over(&[257], "{ op = 'hard_swish', name = 'a' }, { @, inputs = ['input', 'a'] }"),
    over(&[64], "{ op = 'dropout', rate = 0.5, name = 'a' }, { @, inputs = ['a', 'input'] }"),
    over(
        &[6],
        "{ op = 'reshape', shape = [2, 3], name = 'a' }, { op = 'softmax', name = 'b' }, { @, inputs = ['a', 'b'] }",
    ),
];

const CONCAT: &[Setting] = &[
    over(&[1], "inputs = ['input', 'input']"),
    over(&[1], "inputs = ['input']"),
    over(&[7], "inputs = ['input', 'input', 'input']"),
    over(&[2, 3], "axis = 1, inputs = ['input', 'input']"),
    over(&[2, 3, 4], "{ op = 'tanh', name = 'a' }, { @, axis = 2, inputs = ['a', 'input', 'a'] }"),
    over(&[2, 1, 3, 2], "{ op = 'silu', name = 'a' }, { @, axis = 3, inputs = ['input', 'a'] }"),
    over(&[2, 1, 3, 2], "{ op = 'silu', name = 'a' }, { @, axis = 0, inputs = ['a', 'input'] }"),
    over(&[5], "{ op = 'dense', units = 13, activation = 'tanh', name = 'a' }, { @, inputs = ['input', 'a'] }"),
    over(
        &[2, 3],
        "{ op = 'dense', units = 12, name = 'a' }, { op = 'reshape', shape = [4, 3], name = 'b' }, { @, inputs = ['b', 'input'] }",
    ),
    over(
        &[3, 5],
        "{ op = 'conv1d', filters = 4, kernel = 3, padding = 'same', activation = 'relu', name = 'a' }, { @, inputs = ['input', 'a'] }, { op = 'conv1d', filters = 2, kernel = 1 }",
    ),
    over(
        &[2, 5, 3],
        "{ op = 'max_pool2d', kernel = [2, 1], stride = 1, name = 'a' }, { @, axis = 1, inputs = ['a', 'input', 'a'] }",
    ),
    over(&[61], "{ op = 'dense', units = 1, name = 'a' }, { @, inputs = ['a', 'input', 'a'] }, { op = 'softmax' }"),
];

const SHORTCUT: &[Setting] = &[
    over(&[1], "channels = 1"),
    over(&[3], "channels = 7"),
    over(&[2, 5], "channels = 5, stride = 2"),
    over(&[2, 5], "channels = 2, stride = 3"),
    over(&[2, 5, 4], "channels = 5, stride = 2"),
    over(&[1, 7, 7], "channels = 4, stride = 3"),
    over(&[3, 4, 4], "channels = 3, stride = 4"),
    over(&[2, 3, 5, 4], "channels = 3, stride = 2"),
    over(&[2, 3, 3, 3], "channels = 8"),
    over(&[1, 3, 3], "channels = 2, stride = 5"),
    over(&[2, 4, 6], "{ op = 'tanh' }, { @, channels = 4, stride = 2 }, { op = 'dense', units = 2 }"),
    over(
        &[2, 4, 4],
        "{ op = 'conv2d', filters = 4, kernel = 3, stride = 2, padding = 1, name = 'a' }, { @, name = 'b', channels = 4, stride = 2, inputs = ['input'] }, { op = 'add', inputs = ['a', 'b'], activation = 'relu' }",
    ),
];

pub const NODES: &[Entry] = &[("add", ADD), ("multiply", MULTIPLY), ("concat", CONCAT), ("shortcut_pad", SHORTCUT)];
