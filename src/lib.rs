//! Train neural networks on any GPU.

pub mod config;
pub mod data;
pub mod random;
