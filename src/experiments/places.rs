//! What a network makes of places where there are no examples, while it trains.

use std::ops::ControlFlow;

use super::Failed;
use crate::{
    data::{Inputs, Origin, Signature},
    device::Device,
    train::{self, EpochRecord, Model, Observer, Outcome, Session, Snapshot, Split, Weights},
};

/// Trains a model that a config describes to its end, and returns what it made of `places`, rows of raw inputs,
/// after each of these epochs: `[places, outputs]` each. None if `watcher` stops it.
///
/// # Errors
/// The model has no config, the places are not as wide as its examples, or the device fails.
pub async fn outputs(
    model: Model,
    device: &Device,
    places: &[f32],
    epochs: &[usize],
    watcher: &mut dyn Observer,
) -> Result<Option<Vec<Vec<f32>>>, Failed> {
    let failed = |error: &dyn std::fmt::Display| Failed::Training(error.to_string());
    let signature = Signature::of(&model.dataset);
    let inputs = Inputs::Floats(places.to_vec());
    let dataset = signature.dataset(inputs, Origin::default()).map_err(|error| failed(&error))?;
    let config = model.config.clone().ok_or_else(|| failed(&"the model has no config"))?;
    let there = Model::build(config, dataset).map_err(|error| failed(&error))?;
    let mut session = Session::new(model, device).await.map_err(|error| failed(&error))?;
    let mut kept = Kept { epochs, weights: vec![] };
    let outcome = train::train(&mut session, &mut [&mut kept, watcher]).await.map_err(|error| failed(&error))?;
    if outcome == Outcome::Stopped {
        return Ok(None);
    }
    let mut session = Session::new(there, device).await.map_err(|error| failed(&error))?;
    let mut all = vec![];
    for weights in &kept.weights {
        session.restore_weights(weights);
        let mut outputs = vec![];
        let read = session.predict(Split::Test, |batch| outputs.extend_from_slice(batch)).await;
        read.map_err(|error| failed(&error))?;
        all.push(outputs);
    }
    Ok(Some(all))
}

/// Keeps the weights of some epochs.
struct Kept<'e> {
    epochs: &'e [usize],
    weights: Vec<Weights>,
}

impl Observer for Kept<'_> {
    fn epoch(&mut self, record: &EpochRecord, snapshot: &Snapshot) -> Result<ControlFlow<()>, train::Error> {
        if self.epochs.contains(&record.epoch) {
            let Snapshot { parameters, running, .. } = snapshot;
            self.weights.push(Weights { parameters: parameters.clone(), running: running.clone() });
        }
        Ok(ControlFlow::Continue(()))
    }
}
