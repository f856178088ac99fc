//! Nodes that take each number, row or shape by itself: views, dropout, softmax and the activations.

use super::{Entry, Setting, kinked, over};

/// An activation alone, above and below others that are fused with it, and where it forks.
pub const ELEMENTWISE: &[Setting] = &[
    over(&[1], ""),
    over(&[7], ""),
    over(&[31], ""),
    over(&[257], ""),
    over(&[3, 5], ""),
    over(&[2, 3, 4], ""),
    over(&[1, 2, 3, 1], ""),
    over(&[64], ""),
    over(&[5, 13], ""),
    over(&[6], "{ op = 'dense', units = 5 }, { @ }"),
    over(&[5], "{ @ }, { op = 'dense', units = 4 }"),
    over(&[4], "{ @, name = 'a' }, { op = 'multiply', inputs = ['a', 'input', 'a'] }"),
    over(&[4], "{ @, name = 'a' }, { op = 'dense', units = 4, name = 'b' }, { op = 'add', inputs = ['a', 'b'] }"),
    over(&[2, 4, 3], "{ @ }, { op = 'max_pool2d', kernel = 2, stride = 1 }, { @ }"),
    over(&[2, 6], "{ op = 'batch_norm' }, { @ }, { op = 'flatten' }, { @ }"),
    kinked(&[61], ""),
    kinked(&[2, 3, 5], "{ @ }, { @ }"),
];

const IDENTITY: &[Setting] = &[
    over(&[1], ""),
    over(&[5], ""),
    over(&[2, 3], ""),
    over(&[2, 3, 4], ""),
    over(&[1, 2, 3, 2], ""),
    over(&[7], "{ @ }, { @ }"),
    over(&[3], "{ op = 'dense', units = 5, activation = 'tanh' }, { @ }, { op = 'dense', units = 2 }"),
    over(&[3], "{ op = 'dense', units = 4, activation = 'silu' }, { @ }, { op = 'dense', units = 2 }"),
    over(&[4], "{ @, name = 'a' }, { op = 'add', inputs = ['a', 'input'] }"),
    over(&[4], "{ op = 'tanh', name = 'a' }, { @, name = 'b' }, { op = 'multiply', inputs = ['a', 'b', 'b'] }"),
    over(&[4], "{ op = 'sigmoid' }, { @ }"),
    over(&[2, 3], "{ @, name = 'a' }, { op = 'concat', axis = 1, inputs = ['a', 'input', 'a'] }"),
];

const FLATTEN: &[Setting] = &[
    over(&[1], ""),
    over(&[5], ""),
    over(&[2, 3], ""),
    over(&[2, 3, 4], ""),
    over(&[1, 2, 3, 2], ""),
    over(&[1, 1, 1], ""),
    over(&[2, 3], "{ op = 'tanh' }, { @ }, { op = 'dense', units = 2 }"),
    over(&[2, 3], "{ op = 'gelu' }, { @ }, { op = 'dense', units = 2 }"),
    over(
        &[2, 5],
        "{ op = 'conv1d', filters = 3, kernel = 3, activation = 'sigmoid' }, { @ }, { op = 'dense', units = 3 }",
    ),
    over(
        &[2, 3],
        "{ op = 'tanh', name = 'a' }, { @, name = 'b', inputs = ['a'] }, { @, name = 'c', inputs = ['a'] }, { op = 'multiply', inputs = ['b', 'c'] }",
    ),
    over(&[2, 4], "{ op = 'max_pool1d', kernel = 2 }, { @ }"),
    over(&[3, 2], "{ @ }, { @ }, { op = 'softmax' }"),
];

const RESHAPE: &[Setting] = &[
    over(&[1], "shape = [1, 1]"),
    over(&[6], "shape = [2, 3]"),
    over(&[2, 3], "shape = [3, 2]"),
    over(&[2, 3, 4], "shape = [24]"),
    over(&[24], "shape = [1, 2, 3, 4]"),
    over(&[7], "shape = [7, 1, 1]"),
    over(&[6], "{ op = 'tanh' }, { @, shape = [3, 2] }, { op = 'dense', units = 2 }"),
    over(&[6], "{ op = 'softplus' }, { @, shape = [3, 2] }, { op = 'softmax' }"),
    over(&[12], "{ @, shape = [3, 2, 2] }, { op = 'batch_norm' }"),
    over(&[12], "{ @, shape = [2, 6] }, { op = 'conv1d', filters = 2, kernel = 3 }"),
    over(&[6], "{ @, shape = [3, 2], name = 'a' }, { op = 'multiply', inputs = ['a', 'a'] }"),
    over(&[4, 2], "{ @, shape = [2, 4] }, { @, shape = [8] }, { op = 'dense', units = 3 }"),
];

const SOFTMAX: &[Setting] = &[
    over(&[1], ""),
    over(&[2], ""),
    over(&[3], ""),
    over(&[10], ""),
    over(&[61], ""),
    over(&[130], ""),
    over(&[3, 5], ""),
    over(&[1, 7], ""),
    over(&[4, 2, 3], ""),
    over(&[2, 1, 2, 3], ""),
    over(&[5], "{ op = 'dense', units = 7, activation = 'tanh' }, { @ }, { op = 'dense', units = 3 }"),
    over(&[4], "{ @, name = 'a' }, { op = 'multiply', inputs = ['a', 'input', 'a'] }"),
    over(&[4], "{ @ }, { @ }"),
    kinked(&[5, 3], ""),
];

const DROPOUT: &[Setting] = &[
    over(&[1], "rate = 0.5"),
    over(&[7], "rate = 0.0"),
    over(&[31], "rate = 0.1"),
    over(&[64], "rate = 0.25"),
    over(&[257], "rate = 0.9"),
    over(&[3, 5], "rate = 0.5"),
    over(&[2, 3, 4], "rate = 0.33"),
    over(&[1, 2, 3, 2], "rate = 0.7"),
    over(&[6], "{ op = 'dense', units = 5, activation = 'tanh' }, { @, rate = 0.4 }, { op = 'dense', units = 3 }"),
    over(&[6], "{ @, rate = 0.3 }, { @, rate = 0.3 }"),
    over(&[6], "{ @, rate = 0.3, name = 'a' }, { op = 'add', inputs = ['a', 'input', 'a'] }"),
    over(&[9], "{ op = 'silu' }, { @, rate = 0.999 }"),
];

pub const NODES: &[Entry] =
    &[("identity", IDENTITY), ("flatten", FLATTEN), ("reshape", RESHAPE), ("softmax", SOFTMAX), ("dropout", DROPOUT)];
