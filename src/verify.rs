//! The proof on this machine: every kernel and every node on the device against the CPU twins, and
//! every backward pass against finite differences in f64.

mod gradients;
mod gradients_conv;
mod layers;
mod matrix;
mod network;
mod nodes;
mod parity;
mod verdict;

pub use crate::ops::setting::Examples;
pub use gradients::checks as gradient_checks;
pub use matrix::{Node, every_node};
pub use network::{Network, Probe};
pub use parity::{every_kernel, fill, parity, plan_of};
pub use verdict::Verdict;
