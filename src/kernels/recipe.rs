//! What the shader of a launch depends on, and what comes of it.

use std::sync::Arc;

use super::{Grid, Kernel};
use crate::{activations::Activation, optimizers::Rule};

/// What a kernel leaves open for a launch to fill in.
#[derive(Clone, Debug, Default)]
pub enum Variant {
    /// Nothing.
    #[default]
    Plain,
    /// An activation: applied to the result, or its derivative multiplied to it.
    Activation(&'static Activation),
    /// An optimizer's update rule.
    Update(Arc<dyn Rule>),
}

impl Variant {
    /// The activation, if there is one.
    pub fn activation(&self) -> Option<&'static Activation> {
        match self {
            Variant::Activation(activation) => Some(activation),
            _ => None,
        }
    }

    /// A short name for labels: the activation's, or the optimizer's.
    pub fn name(&self) -> &str {
        match self {
            Variant::Plain => "",
            Variant::Activation(activation) => activation.name,
            Variant::Update(rule) => rule.name(),
        }
    }
}

/// Which of several shaders for one kernel suits the adapter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tile {
    /// Chosen for a real GPU by the size of the result.
    Hardware,
    /// The small tiles for a real GPU, whatever the size.
    HardwareSmall,
    /// The large tiles for a real GPU, whatever the size.
    HardwareLarge,
    /// For a software driver, which has wide vectors, few threads and expensive barriers.
    Software,
    /// For a software driver whose subgroups have 8 lanes, and that has 64-bit integers.
    SoftwareSubgroups,
}

impl Tile {
    /// Those to prove on any adapter; [`Tile::SoftwareSubgroups`] needs subgroups of 8 lanes.
    pub const ALL: [Tile; 4] = [Tile::HardwareSmall, Tile::HardwareLarge, Tile::Software, Tile::SoftwareSubgroups];
}

/// All that the choice of a launch's shader may depend on.
pub struct Recipe<'a> {
    /// The kernel.
    pub kernel: &'a Kernel,
    /// The kernel's parameters.
    pub parameters: &'a [u8],
    /// What fills the kernel's open place.
    pub variant: &'a Variant,
    /// For each binding, whether something is bound there.
    pub bound: &'a [bool],
    /// The family of shaders for this adapter.
    pub tile: Tile,
    /// Copies of the network in the same launch.
    pub replicas: usize,
}

impl Recipe<'_> {
    /// Whether something is bound by this name.
    pub fn binds(&self, name: &str) -> bool {
        let at = self.kernel.bindings.iter().position(|binding| binding.name == name);
        self.bound[at.unwrap_or_else(|| unreachable!("{} binds no `{name}`", self.kernel.name))]
    }
}

/// The shader of one launch.
#[derive(Clone, Debug)]
pub struct Source {
    /// Equal labels mean equal pipelines.
    pub label: String,
    /// The whole text.
    pub wgsl: String,
    /// Values of its `override`s.
    pub constants: Vec<(&'static str, f64)>,
    /// Its workgroups, and how far its loops go.
    pub grid: Grid,
}

impl Source {
    /// The same where each turn of a thread's only loop so far goes through loops of so many turns; see [`Grid::with`].
    pub fn with(self, inner: u64) -> Source {
        Source { grid: self.grid.with(inner), ..self }
    }
}
