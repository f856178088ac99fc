//! gradus trains neural networks on any GPU through compute shaders, and on the CPU by the same plan.
//!
//! A network is a graph; the graph is compiled **once** into a *plan*, a flat list of kernel launches
//! over preallocated buffers; the same plan runs on the GPU (WGSL) or on the CPU (Rust), so comparing
//! the two is comparing two runs of one list. Data flows one way:
//!
//! ```text
//! config ──► graph ──► plan ──► device (gpu | cpu) ──► trainer ──► run directory ──► plots
//!  TOML       DAG     launches   executes them         epochs      metrics, weights
//! ```
//!
//! # The tour, in reading order
//!
//! 1. `configs/digits.toml`: what a user writes. [`config`] turns it into checked values, with the
//!    place of every mistake.
//! 2. [`activations`] and `shaders/activations/relu.wgsl`: one function, written twice on purpose.
//!    [`activations::ALL`] alone feeds configs, parity, gradient checks and the reference.
//! 3. [`kernels`]: HOW one launch computes. Each file there has its shader of the same stem in
//!    `shaders/`, the same parameters, the same order of bindings, and awkward cases to prove both.
//! 4. [`ops`]: WHAT a node means, its shape and its launches forward and backward; [`graph`] orders
//!    the nodes; [`losses`] and [`optimizers`] end a step, and [`metrics`] say how good predictions are.
//! 5. [`plan`]: graph to launches. `plan/builder.rs` is backpropagation, `plan/placement.rs` gives
//!    every tensor its place in memory.
//! 6. [`cpu`] and [`gpu`]: the two executors; [`device`] is what training sees of them.
//! 7. [`mod@train`]: the loop on one screen. It has no clock, no files and no terminal; [`report`] has.
//! 8. [`verify`]: the proof that the GPU is right on this machine; [`bench`]: what it reaches; [`backprop`]: the lecture's
//!    algorithm node by node, with every value and every gradient beside finite differences.
//! 9. [`experiments`]: the lecture's figures; [`experiments::trajectory`] walks optimizers over
//!    functions of two parameters, with the very kernel that trains.
//!    [`landscape`] draws the loss around the weights of a trained network, and finds its curvature.
//! 10. [`onnx`]: a trained network for other programs; what a node becomes there stands beside the node.
//! 11. [`cli`]: one command, one file.
//!
//! # As a library
//!
//! A user's names stand below, at the root of the crate; everything behind them is public where another crate has
//! something to add. From a config, as the command line does it:
//!
//! ```
//! use gradus::{Config, Device, Model, Session, Split, block_on, data, train};
//!
//! let config = Config::default_with(&["train.epochs=2".into()])?;
//! let dataset = data::load(&config.data, true, config.seed)?;
//! let model = Model::build(config, dataset)?;
//! let mut session = block_on(Session::new(model, &Device::cpu()))?;
//! block_on(train(&mut session, &mut []))?;
//! let test = block_on(session.evaluate(Split::Test))?;
//! assert!(test.unwrap().loss < 2.4);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The door for code
//!
//! The same without a config: a [`Network`] of ops, a [`Dataset`] from memory, an optimizer with its learning rate
//! (a [`Descent`]), [`Settings`], and [`Model::of`] to make them fit. Mistakes are told with their place in the code.
//!
//! ```
//! use gradus::{Dataset, Descent, Device, Model, Network, Session, Settings, block_on, train};
//! use gradus::data::{Inputs, Splits, Targets};
//! use gradus::{activations::TANH, losses::CATEGORICAL, ops::dense::Dense};
//!
//! // Whether two numbers have the same sign.
//! let points = vec![1.0, 1.0, -1.0, -1.0, 1.0, -1.0, -1.0, 1.0];
//! let (inputs, targets) = (Inputs::Floats(points), Targets::classes(vec![1, 1, 0, 0], 2));
//! let dataset = Dataset::of("signs", [2], inputs, targets, Splits::all(4))?;
//!
//! let mut net = Network::new([2]);
//! let hidden = net.add(Dense::new(8, Some(&TANH)), &[net.input()]);
//! net.add(Dense::new(2, None), &[hidden]);
//!
//! let descent = Descent::named("adam", &["learning_rate=0.1"])?;
//! let model = Model::of(net.build()?, &CATEGORICAL, descent, dataset, Settings::of(50, 4))?;
//! let mut session = block_on(Session::new(model, &Device::cpu()))?;
//! block_on(train(&mut session, &mut []))?;
//! let figures = block_on(session.evaluate(gradus::Split::Train))?.unwrap();
//! assert_eq!(figures.accuracy, Some(1.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! An optimizer may be a value, too, with numbers of its own and its schedule by name:
//!
//! ```
//! use std::sync::Arc;
//! use gradus::{Descent, optimizers::{adam::Adam, Configured, Dialect, regularization::Clip}};
//!
//! let adam = Adam { beta1: 0.8, ..Adam::of(Dialect::Pytorch) };
//! let clipped = Configured::new(Arc::new(adam), Dialect::Pytorch).clip(Clip::GlobalNorm(1.0));
//! let descent = Descent::scheduled(Arc::new(clipped), "cosine", &["initial=1e-3", "warmup=100"])?;
//! # Ok::<(), gradus::config::Error>(())
//! ```
//!
//! What else another crate can bring is a trait or a `const`: an [`Observer`] of the run, a [`metrics::Metric`], an
//! [`ops::Op`] with its own [`kernels::Kernel`], an [`optimizers::Rule`], a [`losses::Loss`]. The programs
//! `examples/01_…` to `06_…` show them, each on one screen.
#![allow(rustdoc::broken_intra_doc_links, reason = "formulas write their indices in brackets")]
#![allow(rustdoc::private_intra_doc_links, reason = "the tour leads through private rooms too")]

pub mod activations;
pub mod backprop;
pub mod bench;
pub mod checksum;
pub mod cli;
pub mod config;
pub mod cpu;
pub mod data;
pub mod device;
pub mod experiments;
pub mod gpu;
pub mod graph;
pub mod initializers;
pub mod kernels;
pub mod landscape;
pub mod losses;
pub mod metrics;
pub mod onnx;
pub mod ops;
pub mod optimizers;
pub mod plan;
pub mod random;
pub mod real;
pub mod report;
pub mod schedules;
pub mod train;
pub mod verify;

/// Waits for what a device does.
pub use pollster::block_on;
/// What ops and optimizers tell their keys in.
pub use toml;

pub use config::Config;
pub use data::Dataset;
pub use device::Device;
pub use graph::Network;
pub use train::{Descent, Model, Observer, Session, Settings, Split, Stop, train};
