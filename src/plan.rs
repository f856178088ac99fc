//! The plan: a whole training step, and a whole evaluation step, as flat lists of kernel launches
//! over preallocated buffers. Built once; the GPU and the CPU execute the same one.
//!
//! `steps` is what a plan consists of, `layout` what it is built for; `builder` writes launches between tensors,
//! `placement` gives those their addresses, `update` ends a training step, and `compile` puts all together. `trace` is a training
//! step to be looked into.

pub mod builder;
mod compile;
mod fusion;
mod layout;
mod placement;
mod steps;
mod trace;
mod update;

pub use crate::kernels::ALIGNMENT;
pub use builder::{Builder, TensorId};
pub use compile::{compile, traced};
pub use layout::{Augmentation, DataLayout, Options};
pub use steps::{Buffer, BufferId, Contents, Launch, Learned, Plan, Ports, Program, Running, Slice, Values};
pub use trace::{Trace, Traced};
