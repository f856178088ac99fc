//! The lecture's experiments: one experiment, one file.

pub mod trajectory;
