//! All that a run is at one moment, and its file.

use std::{collections::HashMap, sync::Arc};

use super::weights::{Weights, WeightsError, open, read_weights, write_sealed};
use crate::plan::Plan;

/// Parameters, running figures and optimizer state at one moment, padding included.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    /// All parameters.
    pub parameters: Vec<f32>,
    /// All running figures.
    pub running: Vec<f32>,
    /// The optimizer's tensors, consecutive.
    pub state: Vec<f32>,
    /// Updates done.
    pub updates: u64,
    /// Loss and hits of the steps of an epoch that is not done.
    pub sums: [f64; 2],
    /// What the schedule remembers; empty for most.
    pub schedule: Vec<f64>,
    /// Whether all steps of an epoch are done, but not what ends it: its evaluation, its record, and what
    /// the schedule is told.
    pub owed: bool,
    /// The least cost that an epoch was judged by, see [`super::Judge::cost`].
    pub best: f64,
    /// How many epochs ended since then.
    pub since: usize,
    /// Whether an observer ended the run here, before its last epoch.
    pub early: bool,
    /// The best epoch's weights, where they are to be the final ones.
    pub kept: Option<Arc<Kept>>,
    /// Whether they are: the run ended here, and its files of weights have those.
    pub restored: bool,
}

/// The weights of an epoch, as it was evaluated.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// Counts from 1.
    pub epoch: usize,
    /// The weights.
    pub weights: Weights,
}

const STATE: &str = "optimizer.state";
/// Parameters and running figures of [`Kept`].
const KEPT: [&str; 2] = ["kept.parameters", "kept.running"];

impl Snapshot {
    /// Whether it is worth keeping: no parameter or running figure is NaN or infinite.
    pub fn is_finite(&self) -> bool {
        [&self.parameters, &self.running].iter().all(|values| values.iter().all(|value| value.is_finite()))
    }

    /// All that a resumed run needs, as the bytes of a safetensors file.
    pub fn to_bytes(&self, plan: &Plan) -> Vec<u8> {
        let mut buffers = vec![(STATE, &self.state[..])];
        if let Some(kept) = &self.kept {
            let Weights { parameters, running } = &kept.weights;
            buffers.extend([(KEPT[0], &parameters[..]), (KEPT[1], &running[..])]);
        }
        buffers.retain(|(_, values)| !values.is_empty());
        // Rust writes a float with as many digits as it takes to read the same one back.
        let list = |numbers: &[f64]| numbers.iter().map(f64::to_string).collect::<Vec<_>>().join(" ");
        let metadata = HashMap::from([
            ("updates".to_owned(), self.updates.to_string()),
            ("sums".to_owned(), list(&self.sums)),
            ("schedule".to_owned(), list(&self.schedule)),
            ("owed".to_owned(), self.owed.to_string()),
            ("best".to_owned(), self.best.to_string()),
            ("early".to_owned(), self.early.to_string()),
            ("since".to_owned(), self.since.to_string()),
            ("kept".to_owned(), self.kept.as_ref().map_or(0, |kept| kept.epoch).to_string()),
            ("restored".to_owned(), self.restored.to_string()),
        ]);
        write_sealed(plan, &self.parameters, &self.running, &buffers, metadata)
    }

    /// Reads what [`Snapshot::to_bytes`] wrote.
    ///
    /// # Errors
    /// See [`read_weights`]; state of another optimizer or network.
    pub fn from_bytes(plan: &Plan, bytes: &[u8]) -> Result<Snapshot, WeightsError> {
        let Weights { parameters, running } = read_weights(plan, bytes)?;
        let wrong = |what: &str| WeightsError(format!("{what}: not a checkpoint of this run"));
        let (file, _) = open(bytes)?;
        let (_, header) =
            safetensors::SafeTensors::read_metadata(bytes).map_err(|error| WeightsError(error.to_string()))?;
        let entry = |name: &str| header.metadata().as_ref()?.get(name);
        let numbers = |name: &str| -> Option<Vec<f64>> {
            entry(name)?.split_whitespace().map(|number| number.parse().ok()).collect()
        };
        let buffer = |name: &str, like: Option<usize>, what: &str| {
            let values: Vec<f32> =
                file.tensor(name).map_or(vec![], |tensor| bytemuck::pod_collect_to_vec(tensor.data()));
            match values.len() == like.map_or(0, |like| plan.buffers[like].length) {
                true => Ok(values),
                false => Err(wrong(what)),
            }
        };
        let state = buffer(STATE, plan.ports.state, "the optimizer's state has another size")?;
        let schedule = numbers("schedule").ok_or_else(|| wrong("the schedule's memory is no list of numbers"))?;
        let updates = entry("updates").and_then(|updates| updates.parse().ok());
        let updates = updates.ok_or_else(|| wrong("the number of updates is missing"))?;
        let sums = numbers("sums").and_then(|sums| <[f64; 2]>::try_from(sums).ok());
        let sums = sums.ok_or_else(|| wrong("the epoch's figures are missing"))?;
        // Earlier checkpoints have none of these: they were written at an epoch's end, or within one.
        let flag = |name: &str| entry(name).map_or(Some(false), |flag| flag.parse().ok());
        let owed = flag("owed").ok_or_else(|| wrong("whether the epoch was ended is unclear"))?;
        let early = flag("early").ok_or_else(|| wrong("whether the run was ended early is unclear"))?;
        let best = entry("best").map_or(Some(f64::INFINITY), |best| best.parse().ok());
        let best = best.ok_or_else(|| wrong("the best loss is no number"))?;
        let restored =
            flag("restored").ok_or_else(|| wrong("whether the best weights are the final ones is unclear"))?;
        let count = |name: &str| entry(name).map_or(Some(0), |count| count.parse::<usize>().ok());
        let since = count("since").ok_or_else(|| wrong("the number of epochs since the best is none"))?;
        let kept = match count("kept").ok_or_else(|| wrong("the best epoch is none"))? {
            0 => None,
            epoch => {
                let what = "the best weights have another size";
                let (parameters, running) = (Some(plan.ports.parameters), plan.ports.running);
                let parameters = buffer(KEPT[0], parameters, what)?;
                let weights = Weights { parameters, running: buffer(KEPT[1], running, what)? };
                Some(Arc::new(Kept { epoch, weights }))
            }
        };
        if restored && kept.is_none() {
            return Err(wrong("the best weights are missing"));
        }
        Ok(Snapshot { parameters, running, state, updates, sums, schedule, owed, best, since, early, kept, restored })
    }
}
