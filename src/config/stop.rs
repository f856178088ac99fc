//! `[train.stop]`: what ends a run before its last epoch.

use serde::Serialize;

use super::bounds::{FRACTION, NOT_NEGATIVE};
use super::error::Error;
use super::part::Part;
use super::places::Places;
use super::table::Table;
use super::train::MOST;
use super::value::{Kind, Value};

/// The section `[train.stop]`, complete; what the metrics mean, [`crate::train::Stop`] reads.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StopConfig {
    /// The run ends when the loss is no more than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loss_below: Option<f64>,
    /// The run ends when the share of wrong answers is no more than this: 0 is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_below: Option<f64>,
    /// Whose loss and error those are: those of the training set or of the development set. Of the training set they are
    /// those with the epoch's last weights where `measure` has it, else the means over the epoch as it was trained on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<Part>,
    /// The run ends when so many epochs after each other were no better than the best before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patience: Option<usize>,
    /// What makes an epoch better, of the development set: `loss`, `accuracy`, or a metric.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric: Option<Value>,
    /// Whether the weights of the best epoch are the run's final ones, however it ends.
    pub restore_best: bool,
    /// Where the keys stand.
    #[serde(skip)]
    pub places: Places,
}

impl StopConfig {
    pub(super) fn read(table: &Table) -> Result<StopConfig, Error> {
        let mut config = StopConfig {
            loss_below: table.number("loss_below", NOT_NEGATIVE)?,
            error_below: table.number("error_below", FRACTION)?,
            of: Part::read(table, "of", &[Part::Train, Part::Dev])?,
            patience: table.integer("patience", 1..=MOST)?,
            metric: table.value("metric").cloned(),
            restore_best: table.boolean("restore_best")?.unwrap_or(false),
            places: Places::of(table),
        };
        table.finish()?;
        let bounds = config.loss_below.is_some() || config.error_below.is_some();
        let judges = config.patience.is_some() || config.restore_best;
        let idle = |key: &str, keys: &str| Err(table.error(key, format!("`{key}` does nothing without {keys}")));
        if config.of.is_some() && !bounds {
            return idle("of", "`loss_below` or `error_below`");
        }
        if config.metric.is_some() && !judges {
            return idle("metric", "`patience` or `restore_best`");
        }
        if !bounds && !judges {
            let error = Error::new(table.place(), "nothing says when to stop");
            return Err(error.help("give `loss_below`, `error_below` or `patience`"));
        }
        config.of = config.of.or(bounds.then_some(Part::Train));
        let loss = || Value { kind: Kind::String("loss".into()), place: table.place().clone() };
        config.metric = config.metric.or_else(|| judges.then(loss));
        Ok(config)
    }
}
