//! The loss and its gradient at any weights, with the session left as it was: for whoever walks over the loss, or looks
//! at its surface.

use super::{Session, Split};
use crate::{
    device,
    kernels::Step,
    plan::Program,
    train::{Figures, Weights},
};

impl Session {
    /// Loss and accuracy over a split at these weights, as [`Session::evaluate`] finds them at the session's own; `None`
    /// if the split is empty. The running figures of batch normalisation are those of the weights. Everything is as it
    /// was afterwards, but for [`Session::counters`]: weights, optimizer, order of the epoch. Steps that were run must
    /// have been read.
    ///
    /// # Errors
    /// The device fails.
    ///
    /// # Panics
    /// The weights are another network's.
    pub async fn loss_at(&mut self, weights: &Weights, split: Split) -> Result<Option<Figures>, device::Error> {
        self.check_weights(weights);
        let (before, train) = (self.snapshot().await?, self.model.dataset.train.len());
        let order = self.model.plan.ports.order;
        // Evaluation puts the training set into the file's order.
        let own = if split == Split::Train { self.executor.read_words(order, 0, train).await? } else { vec![] };
        self.restore_weights(weights);
        let figures = self.evaluate(split).await?;
        self.executor.write_words(order, 0, &own);
        self.restore(&before);
        Ok(figures)
    }

    /// The gradient of the mean loss of these examples, by their numbers in the data set, in the layout of the
    /// parameters; nothing is updated. Dropout and augmentation draw as in the next step.
    ///
    /// # Errors
    /// The device fails.
    ///
    /// # Panics
    /// There are none, more than a batch of the plan has, or one that the data set has not.
    pub async fn gradient(&mut self, examples: &[u32]) -> Result<Vec<f32>, device::Error> {
        let before = self.snapshot().await?;
        let gradient = self.gradient_here(examples).await?;
        self.restore(&before);
        Ok(gradient)
    }

    /// The same at these weights. Everything is as it was afterwards.
    ///
    /// # Errors
    /// The device fails.
    ///
    /// # Panics
    /// See [`Session::gradient`]; the weights are another network's.
    pub async fn gradient_at(&mut self, weights: &Weights, examples: &[u32]) -> Result<Vec<f32>, device::Error> {
        self.check_weights(weights);
        let before = self.snapshot().await?;
        self.restore_weights(weights);
        let gradient = self.gradient_here(examples).await?;
        self.restore(&before);
        Ok(gradient)
    }

    /// A training step, of which only the gradient is kept; the caller puts back what the update changed.
    async fn gradient_here(&mut self, examples: &[u32]) -> Result<Vec<f32>, device::Error> {
        let (plan, count) = (self.model.plan.clone(), self.model.dataset.examples());
        assert!((1..=plan.batch).contains(&examples.len()), "a batch has 1 to {} examples", plan.batch);
        assert!(examples.iter().all(|&example| (example as usize) < count), "the data set has {count} examples");
        let order = self.executor.read_words(plan.ports.order, 0, examples.len()).await?;
        self.executor.write_words(plan.ports.order, 0, examples);
        let scalars = self.model.rule.scalars(self.learning_rate(self.updates), self.updates);
        let (index, seed) = (self.updates as u32, self.model.settings.seed);
        let step = Step { index, seed, scalars, ..Step::over(examples.len()) };
        self.executor.run(Program::Train, std::slice::from_ref(&step)).await?;
        let length = plan.buffers[plan.ports.gradients].length;
        let gradient = self.executor.read_reals(plan.ports.gradients, 0, length).await?;
        self.executor.write_words(plan.ports.order, 0, &order);
        Ok(gradient)
    }

    fn check_weights(&self, weights: &Weights) {
        let plan = &self.model.plan;
        let running = plan.ports.running.map_or(0, |running| plan.buffers[running].length);
        let own = [plan.buffers[plan.ports.parameters].length, running];
        assert_eq!([weights.parameters.len(), weights.running.len()], own, "the weights are another network's");
    }
}
