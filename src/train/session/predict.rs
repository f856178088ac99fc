//! What the network makes of each example, batch by batch.

use super::{Session, Split};
use crate::{device, plan::Program};

impl Session {
    /// Hands `take` the network's outputs for a split's examples, in order, a batch of `[rows, outputs]` at
    /// a time.
    ///
    /// # Errors
    /// The device fails.
    pub async fn predict(&mut self, split: Split, mut take: impl FnMut(&[f32])) -> Result<(), device::Error> {
        let (outputs, output) = (self.model.outputs(), self.model.plan.ports.output);
        for step in self.evaluation_steps(self.range(split)) {
            self.run(Program::Evaluate, std::slice::from_ref(&step)).await?;
            let length = step.rows as usize * outputs;
            take(&self.executor.read_reals(output.buffer, output.offset, length).await?);
        }
        Ok(())
    }
}
