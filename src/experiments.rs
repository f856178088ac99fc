//! The lecture's experiments. [`figures`] has one file for each of its figures and claims, with a verdict that can
//! fail; [`lecture`] is what they show, in its own order; [`trajectory`] walks optimizers over functions of two parameters.

pub mod figures;
mod lab;
pub mod lecture;
pub mod papers;
pub mod places;
pub mod polynomial;
pub mod sample;
mod small;
pub mod trajectory;

pub(crate) use lab::short;
pub use lab::{Cell, Claim, EpochFigures, Epochs, Failed, Figure, Film, Findings, Lab, Need, Scale, Trainer};
