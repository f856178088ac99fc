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
        for step in self.evaluation_steps(self.range(split)) {
            self.run(Program::Evaluate, std::slice::from_ref(&step)).await?;
            take(&self.outputs(step.rows as usize).await?);
        }
        Ok(())
    }

    /// The outputs of the evaluation step that was run last, `[rows, outputs]`.
    pub(super) async fn outputs(&mut self, rows: usize) -> Result<Vec<f32>, device::Error> {
        let output = self.model.plan.ports.output;
        self.executor.read_reals(output.buffer, output.offset, rows * self.model.outputs()).await
    }
}
