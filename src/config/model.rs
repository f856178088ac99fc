//! `[model]` and `[optimizer]`: the outlines. What a layer's or an optimizer's own keys mean is
//! read from its table by the op or optimizer itself.

use super::error::{Error, Place};
use super::overrides;
use super::table::Table;
use super::width;

/// Bytes of a layer's name at most.
const LONGEST_NAME: usize = 200;

/// The section `[model]`.
#[derive(Clone, Debug)]
pub struct ModelConfig {
    /// "" where none is given. The name of an output distribution, whose negative log-likelihood is the loss: one of
    /// [`crate::losses::ALL`].
    pub loss: String,
    /// Where the loss is named.
    pub loss_place: Place,
    /// A safetensors file to start from; "" for fresh weights.
    pub initial_weights: String,
    /// The layers in their order; at least one.
    pub layers: Vec<LayerConfig>,
}

/// One `[[model.layers]]`.
#[derive(Clone, Debug)]
pub struct LayerConfig {
    /// What the layer computes.
    pub op: String,
    /// Where the op is named.
    pub op_place: Place,
    /// What other layers call it.
    pub name: Option<String>,
    /// The layers it takes, each with the place of its name; `None` is the one before it.
    pub inputs: Option<Vec<(String, Place)>>,
    /// The whole table, with `op`, `name` and `inputs` already asked for: the op's reader asks for
    /// its own keys and finishes.
    pub keys: Table,
    /// Where the layer begins.
    pub place: Place,
}

/// The section `[optimizer]`.
#[derive(Clone, Debug)]
pub struct OptimizerConfig {
    /// The key `type`.
    pub kind: String,
    /// Where the type is named.
    pub place: Place,
    /// The whole table, with `type` already asked for: the optimizer's reader asks for its own
    /// keys and finishes.
    pub keys: Table,
}

impl PartialEq for ModelConfig {
    fn eq(&self, other: &ModelConfig) -> bool {
        self.loss == other.loss && self.initial_weights == other.initial_weights && self.layers == other.layers
    }
}

/// The table holds everything, `op`, `name` and `inputs` included.
impl PartialEq for LayerConfig {
    fn eq(&self, other: &LayerConfig) -> bool {
        self.keys == other.keys
    }
}

/// The table holds everything, `type` included.
impl PartialEq for OptimizerConfig {
    fn eq(&self, other: &OptimizerConfig) -> bool {
        self.keys == other.keys
    }
}

impl ModelConfig {
    pub(crate) fn read(table: &Table) -> Result<ModelConfig, Error> {
        let loss = table.string("loss")?.unwrap_or("").to_string();
        let initial_weights = table.string("initial_weights")?.unwrap_or("").to_string();
        let width = table.integer("width", 1..=1_000_000)?;
        let layers = table.tables("layers")?;
        table.finish()?;
        let layers = layers.ok_or_else(|| table.missing("layers"))?;
        if layers.is_empty() {
            let error = table.error("layers", "a model needs at least one layer");
            return Err(error.help("begin one with [[model.layers]]"));
        }
        let mut layers: Vec<Table> = layers.into_iter().cloned().collect();
        let mut filled = 0;
        for layer in &mut layers {
            filled += width::fill(layer, width)?;
        }
        if width.is_some() && filled == 0 {
            let message = "`width` is given, but no layer says \"k\" or \"2k\" for its filters, units or channels";
            return Err(table.error("width", message));
        }
        Ok(ModelConfig {
            loss,
            loss_place: table.place_of("loss").clone(),
            initial_weights,
            layers: layers.iter().map(LayerConfig::read).collect::<Result<_, _>>()?,
        })
    }
}

impl LayerConfig {
    pub(crate) fn read(table: &Table) -> Result<LayerConfig, Error> {
        let op = table.require_string("op")?.to_string();
        let name = table.string("name")?.map(str::to_string);
        if name.as_ref().is_some_and(String::is_empty) {
            return Err(table.error("name", "a layer's name can't be empty"));
        }
        if name.as_ref().is_some_and(|name| name.chars().any(char::is_control) || name.len() > LONGEST_NAME) {
            let message = format!("a layer's name has no control characters and at most {LONGEST_NAME} bytes");
            return Err(table.error("name", message).help("its weights are called after it"));
        }
        let inputs = table.strings("inputs")?;
        if inputs.as_ref().is_some_and(Vec::is_empty) {
            let error = table.error("inputs", "a layer takes at least one input");
            return Err(error.help("leave the key out to take the layer before"));
        }
        Ok(LayerConfig {
            op,
            op_place: table.place_of("op").clone(),
            name,
            inputs,
            keys: table.clone(),
            place: table.place().clone(),
        })
    }
}

impl OptimizerConfig {
    /// An optimizer outside of a config: its type, and keys as `--set` takes them.
    ///
    /// # Errors
    /// A text that is no `KEY=VALUE`.
    pub fn of(kind: &str, keys: &[String]) -> Result<OptimizerConfig, Error> {
        let mut table = Table::new(Place::Override("type".into()));
        overrides::apply(&mut table, &format!("type={kind:?}"))?;
        for text in keys {
            overrides::apply(&mut table, text)?;
        }
        OptimizerConfig::read(&table)
    }

    pub(crate) fn read(table: &Table) -> Result<OptimizerConfig, Error> {
        Ok(OptimizerConfig {
            kind: table.require_string("type")?.to_string(),
            place: table.place_of("type").clone(),
            keys: table.clone(),
        })
    }
}
