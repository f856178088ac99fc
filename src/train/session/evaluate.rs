//! A whole split through the network: loss, accuracy and metrics.

use std::ops::ControlFlow;

use super::{Session, Split};
use crate::{
    data::Signature,
    device,
    kernels::statistics::FIGURES,
    metrics::{Asked, Scored, Scoring, Task},
    plan::Program,
    train::{Figures, Model, Observer, figures},
};

/// What a split came to.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// Loss and accuracy, which the device sums up.
    pub figures: Figures,
    /// The metrics that were asked for.
    pub metrics: Vec<Scored>,
}

impl Session {
    /// Loss and accuracy over a split; `None` if it is empty. Between epochs only: the training set is
    /// put back into the file's order, so that its sum does not depend on the last permutation.
    ///
    /// # Errors
    /// The device fails.
    pub async fn evaluate(&mut self, split: Split) -> Result<Option<Figures>, device::Error> {
        Ok(self.measure(split, &[]).await?.map(|evaluation| evaluation.figures))
    }

    /// Loss and accuracy over these examples, by their numbers in the data set; they may be no more than the longest
    /// split has. Between epochs only.
    ///
    /// # Errors
    /// The device fails.
    ///
    /// # Panics
    /// There are more, or one that the data set has not.
    pub async fn evaluate_over(&mut self, examples: &[u32]) -> Result<Figures, device::Error> {
        let Model { dataset, plan, .. } = &self.model;
        let (plan, order) = (plan.clone(), [&dataset.train[..], &dataset.dev, &dataset.test].concat());
        let longest = [&dataset.train, &dataset.dev, &dataset.test].map(Vec::len).into_iter().max().unwrap_or(0);
        assert!(examples.len() <= longest, "{} examples, but the longest split has {longest}", examples.len());
        let count = dataset.examples();
        assert!(examples.iter().all(|&example| (example as usize) < count), "the data set has {count} examples");
        self.executor.write_words(plan.ports.order, 0, examples);
        let steps = self.evaluation_steps(0..examples.len());
        self.run(Program::Evaluate, &steps).await?;
        let mut sums = [0.0; 2];
        let read = self.executor.read_reals(plan.ports.statistics, 0, steps.len() * FIGURES).await?;
        for (at, figure) in read.into_iter().enumerate() {
            sums[at % FIGURES] += f64::from(figure);
        }
        self.executor.write_words(plan.ports.order, 0, &order[..examples.len()]);
        Ok(figures(self.model.loss, sums, examples.len()))
    }

    /// The same with metrics of it, those that fit.
    ///
    /// # Errors
    /// The device fails.
    pub async fn measure(&mut self, split: Split, metrics: &[Asked]) -> Result<Option<Evaluation>, device::Error> {
        match self.evaluate_watched(split, metrics, None).await? {
            ControlFlow::Continue(evaluation) => Ok(evaluation),
            ControlFlow::Break(()) => unreachable!("nobody stops it"),
        }
    }

    /// What is measured of the outputs: what they are and what they are called.
    pub fn task(&self) -> Task {
        let Signature { targets, .. } = Signature::of(&self.model.dataset);
        Task::of(self.model.loss, &targets, self.model.outputs())
    }

    /// The same in portions, or a break where the observer stops it. With metrics a portion is a batch, whose outputs
    /// are read.
    ///
    /// # Errors
    /// The device fails.
    pub async fn evaluate_watched(
        &mut self,
        split: Split,
        metrics: &[Asked],
        mut observer: Option<&mut dyn Observer>,
    ) -> Result<ControlFlow<(), Option<Evaluation>>, device::Error> {
        let range = self.range(split);
        if range.is_empty() {
            return Ok(ControlFlow::Continue(None));
        }
        if split == Split::Train {
            self.executor.write_words(self.model.plan.ports.order, 0, &self.model.dataset.train);
        }
        let mut scoring = (!metrics.is_empty()).then(|| Scoring::new(metrics, self.task()));
        let steps = self.evaluation_steps(range.clone());
        let (mut done, mut sums, mut scored) = (0, [0.0; 2], 0);
        while done < steps.len() {
            if observer.as_mut().is_some_and(|observer| observer.stop()) {
                return Ok(ControlFlow::Break(()));
            }
            let (left, most) = (steps.len() - done, self.steps_per_submission());
            let wanted = observer.as_mut().map(|observer| observer.portion(Program::Evaluate, most));
            let portion = if scoring.is_some() { 1 } else { wanted.unwrap_or(left).clamp(1, left) };
            self.run(Program::Evaluate, &steps[done..done + portion]).await?;
            let at = [done, portion].map(|steps| steps * FIGURES);
            let read = self.executor.read_reals(self.model.plan.ports.statistics, at[0], at[1]).await?;
            for (at, figure) in read.into_iter().enumerate() {
                sums[at % FIGURES] += f64::from(figure);
            }
            if let Some(scoring) = &mut scoring {
                let rows = steps[done].rows as usize;
                let outputs = self.outputs(rows).await?;
                let dataset = &self.model.dataset;
                let examples = match split {
                    Split::Train => &dataset.train,
                    Split::Dev => &dataset.dev,
                    Split::Test => &dataset.test,
                };
                scoring.add(&outputs, &examples[scored..scored + rows], &dataset.targets);
                scored += rows;
            }
            done += portion;
            if let Some(observer) = &mut observer {
                observer.waited(Program::Evaluate, portion);
            }
        }
        let metrics = scoring.map_or(vec![], Scoring::finish);
        Ok(ControlFlow::Continue(Some(Evaluation { figures: figures(self.model.loss, sums, range.len()), metrics })))
    }
}
