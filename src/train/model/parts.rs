//! What a model is made of, to be looked at.

use std::sync::Arc;

use super::Model;
use crate::{
    config::Config, data::Dataset, graph::Graph, losses::Loss, optimizers::Rule, plan::Plan, schedules::Schedule,
    train::Settings,
};

impl Model {
    /// The config it is from; none if it was made in code.
    pub fn config(&self) -> Option<&Config> {
        self.config.as_ref()
    }

    /// How it is trained.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The examples.
    pub fn dataset(&self) -> &Dataset {
        &self.dataset
    }

    /// The network.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Its loss.
    pub fn loss(&self) -> &'static Loss {
        self.loss
    }

    /// Its optimizer.
    pub fn rule(&self) -> &Arc<dyn Rule> {
        &self.rule
    }

    /// The learning rate.
    pub fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// All of it, compiled.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }
}
