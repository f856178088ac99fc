//! Dense layers, embeddings and normalisations. A normalisation over another would divide by a deviation that
//! a weight near 0 makes small, and the error would be that weight's.

use super::{Entry, Setting, over, words};

const DENSE: &[Setting] = &[
    over(&[1], "units = 1"),
    over(&[1], "units = 7, activation = 'sigmoid'"),
    over(&[7], "units = 1, bias = false"),
    over(&[31], "units = 13, activation = 'relu'"),
    over(&[63], "units = 65"),
    over(&[65], "units = 17, activation = 'gelu'"),
    over(&[257], "units = 3, activation = 'tanh'"),
    over(&[3, 5], "units = 4, activation = 'leaky_relu'"),
    over(&[2, 3, 4], "units = 5, activation = 'softplus', bias = false"),
    over(&[2, 1, 3, 2], "units = 8, activation = 'silu'"),
    over(&[6], "{ @, units = 5, activation = 'elu' }, { @, units = 4, activation = 'selu' }, { @, units = 3 }"),
    over(
        &[4],
        "{ @, units = 4, name = 'a' }, { @, units = 4, name = 'b', activation = 'gelu_tanh' }, { op = 'add', inputs = ['a', 'b', 'input'] }",
    ),
    over(&[5], "{ op = 'hard_swish' }, { @, units = 6, activation = 'hard_swish' }, { @, units = 2 }"),
];

const EMBEDDING: &[Setting] = &[
    words(&[1], 1, "vocabulary = 1, units = 1"),
    words(&[1], 5, "vocabulary = 5, units = 3"),
    words(&[7], 3, "vocabulary = 3, units = 1"),
    words(&[4], 13, "vocabulary = 13, units = 7"),
    words(&[31], 5, "vocabulary = 5, units = 4"),
    words(&[3], 64, "vocabulary = 64, units = 65"),
    words(&[2, 3], 7, "vocabulary = 7, units = 2"),
    words(&[2, 1, 3], 11, "vocabulary = 11, units = 5"),
    // Numbers beyond the vocabulary are taken for its last word.
    words(&[5], 9, "vocabulary = 4, units = 3"),
    words(&[4], 5, "{ @, vocabulary = 5, units = 3 }, { op = 'dense', units = 4, activation = 'tanh' }"),
    words(&[6], 5, "{ @, vocabulary = 5, units = 4 }, { op = 'layer_norm' }"),
    words(
        &[3],
        6,
        "{ @, vocabulary = 6, units = 2, name = 'a' }, { @, vocabulary = 6, units = 2, name = 'b', inputs = ['input'] }, { op = 'multiply', inputs = ['a', 'b', 'a'] }",
    ),
];

const BATCH_NORM: &[Setting] = &[
    over(&[1], ""),
    over(&[7], "affine = false"),
    over(&[3, 5], "activation = 'relu'"),
    over(&[1, 13], "dialect = 'keras'"),
    over(&[2, 3, 4], "activation = 'silu'"),
    over(&[3, 2, 1, 2], "momentum = 0.5, activation = 'tanh'"),
    over(&[61], "epsilon = 0.01"),
    over(&[5, 3], "dialect = 'keras', momentum = 0.5, affine = false"),
    over(&[2, 67], "activation = 'gelu'"),
    over(&[2, 5], "momentum = 1.0"),
    over(
        &[6],
        "{ op = 'dense', units = 5, activation = 'tanh' }, { @, activation = 'sigmoid' }, { op = 'dense', units = 3 }",
    ),
    over(
        &[2, 4, 4],
        "{ op = 'conv2d', filters = 3, kernel = 3, bias = false }, { @, activation = 'leaky_relu' }, { op = 'global_avg_pool' }",
    ),
    over(
        &[3, 4],
        "{ @, name = 'a' }, { @, name = 'b', inputs = ['input'] }, { op = 'add', inputs = ['a', 'b', 'input'], activation = 'elu' }",
    ),
];

const LAYER_NORM: &[Setting] = &[
    over(&[1], ""),
    over(&[3], ""),
    over(&[7], "affine = false"),
    over(&[3, 5], "activation = 'relu'"),
    over(&[2, 3, 4], "activation = 'silu'"),
    over(&[3, 2, 1, 2], "epsilon = 0.1, activation = 'tanh'"),
    over(&[61], "epsilon = 0.01"),
    over(&[65], ""),
    over(&[257], "activation = 'gelu'"),
    over(&[2, 67], "affine = false, activation = 'softplus'"),
    over(
        &[6],
        "{ op = 'dense', units = 5, activation = 'tanh' }, { @, activation = 'sigmoid' }, { op = 'dense', units = 3 }",
    ),
    over(
        &[5],
        "{ @, name = 'a' }, { @, name = 'b', inputs = ['input'] }, { op = 'multiply', inputs = ['a', 'b', 'input'] }",
    ),
    over(&[2, 5], "{ op = 'conv1d', filters = 3, kernel = 2 }, { @, activation = 'elu' }"),
];

const GROUP_NORM: &[Setting] = &[
    over(&[3], "groups = 1"),
    over(&[6], "groups = 2"),
    over(&[4, 3], "groups = 4, affine = false"),
    over(&[4, 5], "groups = 2, activation = 'relu'"),
    over(&[6, 3, 4], "groups = 3, activation = 'silu'"),
    over(&[2, 2, 1, 3], "groups = 1, epsilon = 0.1, activation = 'tanh'"),
    over(&[61], "groups = 1"),
    over(&[2, 67], "groups = 2"),
    over(&[5, 13], "groups = 5, activation = 'gelu'"),
    over(&[12, 3], "groups = 4, epsilon = 0.01, affine = false"),
    over(
        &[6],
        "{ op = 'dense', units = 8, activation = 'tanh' }, { @, groups = 2, activation = 'sigmoid' }, { op = 'dense', units = 3 }",
    ),
    over(
        &[2, 4, 4],
        "{ op = 'conv2d', filters = 4, kernel = 3, bias = false }, { @, groups = 2, activation = 'leaky_relu' }, { op = 'global_avg_pool' }",
    ),
    over(
        &[4, 3],
        "{ @, groups = 2, name = 'a' }, { @, groups = 4, name = 'b', inputs = ['input'] }, { op = 'add', inputs = ['a', 'b', 'input'] }",
    ),
];

pub const NODES: &[Entry] = &[
    ("dense", DENSE),
    ("embedding", EMBEDDING),
    ("batch_norm", BATCH_NORM),
    ("layer_norm", LAYER_NORM),
    ("group_norm", GROUP_NORM),
];
