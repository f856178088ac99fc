//! A learned vector for each word of a vocabulary.

use super::{
    Effect, Kind, Op, Parameter,
    setting::{Setting, words},
    single,
};
use crate::{
    config,
    graph::{NodeId, Shape, elements, show},
    initializers::{self, Initializer},
    kernels::{
        Variant,
        embedding::{BACKWARD, EmbeddingParameters, FORWARD},
    },
    onnx::{
        exporter::{Attribute, Exporter, Value},
        messages::INTEGERS,
    },
    plan::builder::{Builder, TensorId},
};

/// y[t] = weight[x[t]]
pub const EMBEDDING: Kind = Kind {
    name: "embedding",
    formula: "y[t] = weight[x[t]]",
    keys: "vocabulary, units, initializer",
    read: |table| Ok(Box::new(Embedding::read(table)?)),
    kernels: &[&FORWARD, &BACKWARD],
    settings: SETTINGS,
};

/// Tokens `[tokens]` to vectors `[tokens, units]`. A token is its word's number, from 0, as a
/// number; there is no gradient with respect to it. A number outside the vocabulary is taken for the
/// nearest inside.
#[derive(Debug)]
pub struct Embedding {
    /// Words.
    pub vocabulary: usize,
    /// Of each word's vector.
    pub units: usize,
    /// How the vectors begin; PyTorch's N(0, 1) by default.
    pub initializer: Initializer,
}

impl Embedding {
    fn read(table: &config::Table) -> Result<Self, config::Error> {
        Ok(Embedding {
            // Up to here every whole number is an f32.
            vocabulary: table.require_integer("vocabulary", 1..=1 << 24)?,
            units: table.require_integer("units", 1..)?,
            initializer: initializers::read(table, "initializer")?.unwrap_or(initializers::NORMAL),
        })
    }

    fn parameters_of(&self, builder: &Builder, node: NodeId) -> EmbeddingParameters {
        EmbeddingParameters {
            rows: builder.rows() as u32,
            tokens: elements(builder.graph().input_shapes(node)[0]) as u32,
            vocabulary: self.vocabulary as u32,
            units: self.units as u32,
        }
    }
}

impl Op for Embedding {
    fn name(&self) -> &'static str {
        EMBEDDING.name
    }

    fn effect(&self) -> Effect {
        Effect::Words(self.vocabulary)
    }

    fn keys(&self) -> toml::Table {
        let mut keys = toml::Table::new();
        keys.insert("vocabulary".into(), (self.vocabulary as i64).into());
        keys.insert("units".into(), (self.units as i64).into());
        keys.insert("initializer".into(), self.initializer.to_toml());
        keys
    }

    fn shape(&self, inputs: &[&[usize]]) -> Result<Shape, String> {
        let input = single(inputs)?;
        match elements(input) {
            0 => Err(format!("the input {} has no tokens", show(input))),
            tokens => Ok(vec![tokens, self.units]),
        }
    }

    fn parameters(&self, _: &[&[usize]]) -> Vec<Parameter> {
        vec![Parameter { name: "weight", shape: vec![self.vocabulary, self.units], initializer: self.initializer }]
    }

    fn forward(&self, builder: &mut Builder, node: NodeId) -> TensorId {
        let (x, y) = (builder.input(node, 0), builder.scratch_like(node, "y", node));
        let (p, weight) = (self.parameters_of(builder, node), builder.weight(node, 0));
        builder.launch(node, &FORWARD, p, Variant::Plain, &[Some(x), Some(weight), Some(y)]);
        y
    }

    fn backward(&self, builder: &mut Builder, node: NodeId, dy: TensorId) {
        let (x, dweight) = (builder.input(node, 0), builder.weight_gradient(node, 0));
        let p = self.parameters_of(builder, node);
        builder.launch(node, &BACKWARD, p, Variant::Plain, &[Some(dy), Some(x), Some(dweight)]);
    }

    fn onnx(&self, exporter: &mut Exporter) -> Value {
        let (x, weight) = (exporter.flat(0), exporter.learned("weight"));
        let first = exporter.reals("first", &[], &[0.0]);
        let last = exporter.reals("last", &[], &[(self.vocabulary - 1) as f32]);
        let x = exporter.op("Clip", &[&x, &first, &last], vec![]);
        let x = exporter.op("Round", &[&x], vec![]);
        let words = exporter.op("Cast", &[&x], vec![("to", Attribute::Integer(INTEGERS.into()))]);
        exporter.op("Gather", &[&weight, &words], vec![])
    }
}

const SETTINGS: &[Setting] = &[
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
