//! Metrics: how good predictions are, in f64 on the host, beside the loss and the share of right answers, which the
//! device sums up. To add one, write its file and its line in [`ALL`]; configs, `evaluate` and the reference then
//! have it.
//!
//! A metric sees predictions, the network's outputs behind the loss's link ([`crate::losses::Link`]): probabilities of the
//! classes under a softmax, one of each output under a sigmoid, or the numbers themselves; and the targets. What has
//! no value (the precision of a class that is never predicted, say) is `None`, `null` in JSON, and never NaN.

mod accuracy;
mod asked;
mod confusion;
mod counts;
mod errors;
mod f1;
mod log_loss;
mod mae;
mod precision;
mod r2;
mod recall;
mod rmse;
mod roc_auc;
mod score;
mod scoring;
mod task;
mod top_k;

pub(crate) use asked::read_one;
pub use asked::{Asked, check, check_outputs, fitting, read};
pub use score::{Score, Scored};
pub use scoring::Scoring;
pub(crate) use task::first_largest;
pub use task::{Example, Kind, Target, Task};

/// Every metric.
pub const ALL: &[&Metric] = &[
    &accuracy::ACCURACY,
    &top_k::TOP_K,
    &log_loss::LOG_LOSS,
    &roc_auc::ROC_AUC,
    &precision::PRECISION,
    &recall::RECALL,
    &f1::F1,
    &confusion::CONFUSION,
    &mae::MAE,
    &rmse::RMSE,
    &r2::R2,
];

/// A figure of a whole split.
pub struct Metric {
    /// The name in configs.
    pub name: &'static str,
    /// The formula, and its source where it has one.
    pub formula: &'static str,
    /// What it measures.
    pub fits: &'static [Kind],
    /// What it gives.
    pub gives: Gives,
    /// Which of two numbers is the better one.
    pub better: Better,
    /// When it has no value, or one of its classes or outputs has none; empty if that can't be.
    pub undefined: &'static str,
    /// Begins to count.
    pub start: Start,
}

/// What a metric gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gives {
    /// A number.
    Number,
    /// A number for each class or output, and their mean; of a single output just that.
    Each,
    /// A matrix, of which no line or curve is made.
    Matrix,
}

/// Which of two numbers is the better one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// The larger one.
    More,
    /// The smaller one: of errors.
    Less,
}

/// How a metric begins.
pub enum Start {
    /// It has no keys.
    Plain(fn(&Task) -> Box<dyn Tally>),
    /// It counts to a number that is less than that of the outputs.
    Counted {
        /// The key; the metric's name ends in it.
        key: &'static str,
        /// What it is without one.
        default: usize,
        /// Begins with that number.
        start: fn(&Task, usize) -> Box<dyn Tally>,
    },
}

/// What a metric has counted so far.
pub trait Tally {
    /// Adds an example.
    fn add(&mut self, example: &Example);
    /// What it comes to.
    fn finish(&self) -> Score;
}

impl Metric {
    /// The metric of this name.
    pub fn named(name: &str) -> Option<&'static Metric> {
        ALL.iter().find(|metric| metric.name == name).copied()
    }

    /// Its key with its default, as configs write it; empty without one.
    pub fn keys(&self) -> String {
        match self.start {
            Start::Plain(_) => String::new(),
            Start::Counted { key, default, .. } => format!("{key} = {default}"),
        }
    }
}

impl std::fmt::Debug for Metric {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
