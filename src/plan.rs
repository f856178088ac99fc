//! The plan: a whole training step, and a whole evaluation step, as flat lists of kernel launches
//! over preallocated buffers. Built once; the GPU and the CPU execute the same one.

mod builder;
mod compile;
mod fusion;
mod placement;
mod update;

use std::fmt;

pub use crate::kernels::ALIGNMENT;
use crate::kernels::{Cost, Element, Kernel, Source, Tile, Variant};
pub use builder::{Builder, TensorId};
pub use compile::{Augmentation, DataLayout, Options, compile};

/// A position in [`Plan::buffers`].
pub type BufferId = usize;

/// One allocation.
#[derive(Clone, Debug)]
pub struct Buffer {
    /// Its role: `parameters`, `gradients`, `state`, `data`, …, or `scratch N`.
    pub name: String,
    /// What it holds.
    pub element: Element,
    /// Elements, all replicas together.
    pub length: usize,
}

/// A part of a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Which buffer.
    pub buffer: BufferId,
    /// Where the first replica's part begins, in elements.
    pub offset: usize,
    /// Elements of one replica.
    pub length: usize,
    /// Elements from one replica to the next; 0 when they share one.
    pub stride: usize,
}

/// One kernel launch.
#[derive(Clone, Debug)]
pub struct Launch {
    /// What computes.
    pub kernel: &'static Kernel,
    /// For whom: the node's name.
    pub node: String,
    /// The kernel's parameters, as bytes.
    pub parameters: Vec<u8>,
    /// What fills the kernel's open place.
    pub variant: Variant,
    /// A slice for each of the kernel's bindings; an optional one may be left out.
    pub bindings: Vec<Option<Slice>>,
}

impl Launch {
    /// The shader and grid on an adapter.
    pub fn source(&self, tile: Tile, replicas: usize) -> Source {
        let bound: Vec<bool> = self.bindings.iter().map(Option::is_some).collect();
        let recipe = crate::kernels::Recipe {
            kernel: self.kernel,
            parameters: &self.parameters,
            variant: &self.variant,
            bound: &bound,
            tile,
            replicas,
        };
        (self.kernel.source)(&recipe)
    }

    /// What it costs, for one replica.
    pub fn cost(&self) -> Cost {
        (self.kernel.cost)(&self.parameters)
    }

    /// The parameters followed by each binding's replica stride and the grid's items: the shader's `Params`, see
    /// [`Kernel::params_wgsl`].
    pub fn uniform(&self, items: u32) -> Vec<u8> {
        let mut bytes = self.parameters.clone();
        for binding in &self.bindings {
            let stride = binding.map_or(0, |slice| slice.stride) as u32;
            bytes.extend_from_slice(&stride.to_ne_bytes());
        }
        bytes.extend_from_slice(&items.to_ne_bytes());
        bytes
    }
}

/// What a buffer's part holds before the first step, where that is not zeros.
#[derive(Clone, Debug)]
pub struct Contents {
    /// The part, the same in every replica.
    pub slice: Slice,
    /// What it holds.
    pub values: Values,
}

/// Numbers of either kind.
#[derive(Clone, Debug)]
pub enum Values {
    /// For a buffer of reals.
    Reals(Vec<f64>),
    /// For a buffer of words.
    Words(Vec<u32>),
    /// A number for each of so many reals, run by run: what is as long as the parameters takes no memory
    /// before a device has room for it.
    RunsOfReals(Vec<(f64, usize)>),
    /// A pair of words, run by run: each run is so many pairs.
    RunsOfPairs(Vec<([u32; 2], usize)>),
}

impl Values {
    /// Elements of the buffer.
    pub fn len(&self) -> usize {
        match self {
            Values::Reals(reals) => reals.len(),
            Values::Words(words) => words.len(),
            Values::RunsOfReals(runs) => runs.iter().map(|run| run.1).sum(),
            Values::RunsOfPairs(runs) => 2 * runs.iter().map(|run| run.1).sum::<usize>(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What they are.
    pub fn element(&self) -> Element {
        match self {
            Values::Reals(_) | Values::RunsOfReals(_) => Element::Real,
            Values::Words(_) | Values::RunsOfPairs(_) => Element::Word,
        }
    }

    /// Each of them, as reals; words count as their numbers.
    pub fn reals<T: crate::real::Real>(&self) -> Vec<T> {
        match self {
            Values::Reals(reals) => reals.iter().map(|&real| T::of(real)).collect(),
            Values::RunsOfReals(runs) => {
                runs.iter().flat_map(|&(real, count)| std::iter::repeat_n(T::of(real), count)).collect()
            }
            Values::Words(_) | Values::RunsOfPairs(_) => {
                self.words().into_iter().map(|word| T::of(f64::from(word))).collect()
            }
        }
    }

    /// Each of them, as words; there are none of reals.
    pub fn words(&self) -> Vec<u32> {
        match self {
            Values::Words(words) => words.clone(),
            Values::RunsOfPairs(runs) => {
                runs.iter().flat_map(|&(pair, count)| std::iter::repeat_n(pair, count)).flatten().collect()
            }
            Values::Reals(_) | Values::RunsOfReals(_) => vec![],
        }
    }
}

/// A learned tensor and where it lies.
#[derive(Clone, Debug)]
pub struct Learned {
    /// PyTorch's name: `<layer>.weight`.
    pub name: String,
    /// PyTorch's shape.
    pub shape: Vec<usize>,
    /// How it begins.
    pub initializer: crate::initializers::Initializer,
    /// In the buffer of parameters; gradients lie at the same place in theirs.
    pub slice: Slice,
}

/// A tensor that training updates by other means than gradients, such as a running mean.
#[derive(Clone, Debug)]
pub struct Running {
    /// PyTorch's name: `<layer>.running_mean`.
    pub name: String,
    /// PyTorch's shape.
    pub shape: Vec<usize>,
    /// What every element begins with.
    pub initial: f32,
    /// In the buffer of running figures.
    pub slice: Slice,
}

/// Which list of launches to run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Program {
    /// Forward, backward and update of a batch.
    Train,
    /// Forward and figures of a batch.
    Evaluate,
}

/// Where the host reads and writes.
#[derive(Clone, Copy, Debug)]
pub struct Ports {
    /// All parameters.
    pub parameters: BufferId,
    /// Their gradients, at the same places.
    pub gradients: BufferId,
    /// Running figures of batch normalisation and the like, where there are any.
    pub running: Option<BufferId>,
    /// The optimizer's tensors, consecutive; none for an optimizer without state.
    pub state: Option<BufferId>,
    /// The average of the parameters, which evaluation steps take in their place, if there is one.
    pub average: Option<Slice>,
    /// The examples.
    pub data: BufferId,
    /// What is right.
    pub targets: BufferId,
    /// Examples in the order in which batches take them.
    pub order: BufferId,
    /// (scale, offset) of each plane of the examples.
    pub affine: BufferId,
    /// A row of figures for every slot.
    pub statistics: BufferId,
    /// A word for every slot: 1 if a gradient was not finite.
    pub flags: BufferId,
    /// The network's output in an evaluation step.
    pub output: Slice,
    /// The loss's gradient with respect to the batch, where that was asked for.
    pub input_gradient: Option<Slice>,
}

/// A training step and an evaluation step, compiled.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Every allocation.
    pub buffers: Vec<Buffer>,
    /// What the devices put into those before the first step.
    pub contents: Vec<Contents>,
    /// A training step.
    pub train: Vec<Launch>,
    /// An evaluation step.
    pub evaluate: Vec<Launch>,
    /// What is learned, in the order of the layers.
    pub learned: Vec<Learned>,
    /// Running figures, in the order of the layers.
    pub running: Vec<Running>,
    /// Where the host reads and writes.
    pub ports: Ports,
    /// Rows of a training step.
    pub batch: usize,
    /// Rows of an evaluation step.
    pub evaluate_batch: usize,
    /// Copies of the network.
    pub replicas: usize,
    /// Rows of the statistics.
    pub slots: usize,
}

impl Plan {
    /// A plan whose training step is one launch, for proofs and measurements.
    pub fn of_launch(launch: Launch, buffers: Vec<Buffer>, replicas: usize) -> Plan {
        let nowhere = Slice { buffer: 0, offset: 0, length: 0, stride: 0 };
        let ports = Ports {
            parameters: 0,
            gradients: 0,
            running: None,
            state: None,
            average: None,
            data: 0,
            targets: 0,
            order: 0,
            affine: 0,
            statistics: 0,
            flags: 0,
            output: nowhere,
            input_gradient: None,
        };
        Plan {
            buffers,
            contents: vec![],
            train: vec![launch],
            evaluate: vec![],
            learned: vec![],
            running: vec![],
            ports,
            batch: 1,
            evaluate_batch: 1,
            replicas,
            slots: 1,
        }
    }

    /// The launches of a program.
    pub fn program(&self, program: Program) -> &[Launch] {
        match program {
            Program::Train => &self.train,
            Program::Evaluate => &self.evaluate,
        }
    }

    /// What the buffers hold before the first step, replica by replica: (buffer, offset, values).
    pub fn first_contents(&self) -> impl Iterator<Item = (BufferId, usize, &Values)> {
        self.contents.iter().flat_map(|Contents { slice, values }| {
            let copies = if slice.stride == 0 { 1 } else { self.replicas };
            (0..copies).map(move |replica| (slice.buffer, slice.offset + replica * slice.stride, values))
        })
    }

    /// Bytes of all buffers on a GPU.
    pub fn bytes(&self) -> u64 {
        self.buffers.iter().fold(0, |sum: u64, buffer| sum.saturating_add(4_u64.saturating_mul(buffer.length as u64)))
    }

    /// First values of all running figures, in the layout of their buffer.
    pub fn initial_running(&self) -> Vec<f32> {
        let mut values = vec![0.0; self.ports.running.map_or(0, |running| self.buffers[running].length)];
        for running in &self.running {
            for replica in 0..self.replicas {
                let start = running.slice.offset + replica * running.slice.stride;
                values[start..start + running.slice.length].fill(running.initial);
            }
        }
        values
    }

    /// What a step costs, all replicas together.
    pub fn cost(&self, program: Program) -> Cost {
        let replicas = self.replicas as u64;
        self.program(program).iter().map(Launch::cost).fold(Cost::default(), |sum, cost| Cost {
            flops: sum.flops.saturating_add(replicas.saturating_mul(cost.flops)),
            bytes: sum.bytes.saturating_add(replicas.saturating_mul(cost.bytes)),
        })
    }
}

impl fmt::Display for Slice {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}+{}", self.offset, self.length)
    }
}
