//! Blocks: several layers under one name, once or many times, so that a deep residual network is a
//! page of TOML.
//!
//! ```toml
//! [[model.layers]]
//! op = "repeat"                  # or "block": the same once
//! name = "stage1"
//! times = 9
//! [[model.layers.layers]]        # takes the block's input, as the first layer without `inputs`
//! op = "dense"
//! name = "a"
//! units = 64
//! [[model.layers.layers]]
//! op = "add"
//! inputs = ["a", "input"]        # within a block, `input` is what the block is given
//! ```
//!
//! The first repetition is given what `inputs` of the block says (the layer before, if nothing), each
//! later one the output of the repetition before. A block's output is its last layer's, and other
//! layers take it by the block's name. The layers' own names carry the block's and, for `repeat`, the
//! repetition's number from `first` on, or 0, as PyTorch's nested modules do: `stage1.0.a`,
//! `stage1.8.1`; for `block`, `stage1.a`. A name in `inputs` is looked for among the layers of the same repetition first, then in
//! the blocks around it. Blocks may hold blocks.

use super::{Graph, INPUT};
use crate::config::{self, LayerConfig};

/// The ops that hold layers instead of computing.
pub const OPS: &[&str] = &["repeat", "block"];

/// A layer outside any block.
pub(super) struct Flat {
    /// Its whole name.
    pub name: String,
    /// The whole names of its inputs.
    pub inputs: Vec<String>,
    /// Its config.
    pub layer: LayerConfig,
}

/// All layers of a model, those of blocks in their place, with whole names.
///
/// # Errors
/// Wrong keys of a block; see [`LayerConfig`] for those of its layers.
pub(super) fn expand(layers: &[LayerConfig]) -> Result<Vec<Flat>, config::Error> {
    let mut flat = vec![];
    let scope = Scope { prefix: String::new(), unnamed: "layers.", layers, input: INPUT.into(), outer: None };
    scope.expand(&mut flat)?;
    Ok(flat)
}

/// Writes every default of a layer's op into its table: for a block, into the tables of its layers,
/// as the first repetition has them.
pub fn complete(table: &mut toml::Table, name: &str, graph: &Graph) {
    let op = table.get("op").and_then(toml::Value::as_str).unwrap_or_default();
    if !OPS.contains(&op) {
        let node = graph.nodes.iter().find(|node| node.name == name).expect("every layer is a node");
        table.extend(node.op.keys());
        return;
    }
    let first = table.get("first").and_then(toml::Value::as_integer).unwrap_or(0);
    let prefix = if op == "repeat" { format!("{name}.{first}.") } else { format!("{name}.") };
    let layers = table.get_mut("layers").and_then(toml::Value::as_array_mut).expect("a block has layers");
    for (at, layer) in layers.iter_mut().enumerate() {
        let layer = layer.as_table_mut().expect("a layer is a table");
        let own = layer.get("name").and_then(toml::Value::as_str).map_or(at.to_string(), str::to_owned);
        complete(layer, &format!("{prefix}{own}"), graph);
    }
}

/// The layers of one block.
struct Block {
    layers: Vec<LayerConfig>,
    /// What stands between the block's name and a layer's, for each repetition.
    prefixes: Vec<String>,
}

/// The number of the first repetition.
fn first(keys: &config::Table) -> Result<usize, config::Error> {
    Ok(keys.integer("first", ..=1_000_000)?.unwrap_or(0))
}

/// Reads a layer as a block, if it is one.
fn block(layer: &LayerConfig, name: &str) -> Result<Option<Block>, config::Error> {
    if !OPS.contains(&layer.op.as_str()) {
        return Ok(None);
    }
    let keys = &layer.keys;
    let prefixes = match layer.op == "repeat" {
        true => {
            let (first, times) = (first(keys)?, keys.require_integer("times", 1..=10_000)?);
            (first..first + times).map(|time| format!("{name}.{time}.")).collect()
        }
        false => vec![format!("{name}.")],
    };
    let tables = keys.tables("layers")?.ok_or_else(|| keys.missing("layers"))?;
    if tables.is_empty() {
        return Err(keys.error("layers", "a block needs at least one layer"));
    }
    if let Some([_, second, ..]) = layer.inputs.as_deref() {
        let message = format!("a block takes 1 input, but is given `{}` as well", second.0);
        return Err(config::Error::new(&second.1, message).help("its layers may take any layer outside by name"));
    }
    keys.finish()?;
    Ok(Some(Block { layers: tables.into_iter().map(LayerConfig::read).collect::<Result<_, _>>()?, prefixes }))
}

/// Layers that know each other's names: a model's, or one repetition's of a block.
struct Scope<'a> {
    /// What whole names begin with.
    prefix: String,
    /// What stands before the number of a layer without a name.
    unnamed: &'static str,
    layers: &'a [LayerConfig],
    /// The whole name of what `input` is here.
    input: String,
    outer: Option<&'a Scope<'a>>,
}

impl Scope<'_> {
    fn local(&self, at: usize) -> String {
        self.layers[at].name.clone().unwrap_or_else(|| format!("{}{at}", self.unnamed))
    }

    fn whole(&self, at: usize) -> String {
        format!("{}{}", self.prefix, self.local(at))
    }

    /// The whole name of the layer whose output this name means. An unknown one stays as it is, for
    /// the search of names to complain about.
    fn resolve(&self, name: &str) -> Result<String, config::Error> {
        if name == INPUT {
            return Ok(self.input.clone());
        }
        match (0..self.layers.len()).find(|&at| self.local(at) == name) {
            Some(at) => output(&self.layers[at], &self.whole(at)),
            None => self.outer.map_or(Ok(name.to_owned()), |outer| outer.resolve(name)),
        }
    }

    fn expand(&self, flat: &mut Vec<Flat>) -> Result<(), config::Error> {
        let mut before = self.input.clone();
        for (at, layer) in self.layers.iter().enumerate() {
            let inputs = match &layer.inputs {
                Some(inputs) => inputs.iter().map(|(name, _)| self.resolve(name)).collect::<Result<_, _>>()?,
                None => vec![before],
            };
            let name = self.whole(at);
            match block(layer, &name)? {
                None => {
                    bounded(flat.len(), &name, layer)?;
                    before = name.clone();
                    flat.push(Flat { name, inputs, layer: layer.clone() });
                }
                Some(Block { layers, prefixes }) => {
                    before = inputs.into_iter().next().expect("a layer has inputs");
                    for prefix in prefixes {
                        let scope = Scope { prefix, unnamed: "", layers: &layers, input: before, outer: Some(self) };
                        scope.expand(flat)?;
                        let last = layers.len() - 1;
                        before = output(&layers[last], &scope.whole(last))?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Layers of a network at most, and bytes of a name with those of all its blocks.
const MOST: usize = 10_000;
const LONGEST_NAME: usize = 1_000;

/// Blocks in blocks multiply: their layers are counted while they are made.
fn bounded(before: usize, name: &str, layer: &LayerConfig) -> Result<(), config::Error> {
    if before >= MOST {
        let message = format!("the network would have more than {MOST} layers");
        return Err(config::Error::new(&layer.place, message).help("give the blocks around this layer fewer `times`"));
    }
    if name.len() > LONGEST_NAME {
        let message = format!("with its blocks', the layer's name has more than {LONGEST_NAME} bytes");
        return Err(config::Error::new(&layer.place, message).help("give the blocks shorter names"));
    }
    Ok(())
}

/// The whole name of the layer that a layer's output is: its own, or the last one's of a block.
fn output(layer: &LayerConfig, name: &str) -> Result<String, config::Error> {
    let Some(Block { layers, prefixes }) = block(layer, name)? else { return Ok(name.to_owned()) };
    let last = layers.len() - 1;
    let own = layers[last].name.clone().unwrap_or(last.to_string());
    output(&layers[last], &format!("{}{own}", prefixes[prefixes.len() - 1]))
}
