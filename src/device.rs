//! The few verbs by which training sees a device: write, run steps, read. They are async, since a
//! browser may not block; the command line blocks on them at its edge.

pub mod counters;
pub mod error;
mod memory;

use std::sync::Arc;

use crate::{
    cpu::Cpu,
    gpu::{self, Adapter, Gpu},
    kernels::{Element, Step, Tile},
    plan::{BufferId, Plan, Program},
};
pub use counters::Counters;
pub use error::Error;
pub(crate) use error::SMALLER;

/// The most elements that a kernel counts.
const ELEMENTS: usize = u32::MAX as usize;

/// A device to train on.
#[derive(Clone)]
pub enum Device {
    /// The CPU twins.
    Cpu,
    /// An open adapter.
    Gpu(Arc<Gpu>),
}

impl Device {
    /// The CPU.
    pub fn cpu() -> Device {
        Device::Cpu
    }

    /// A real GPU if there is one, else the CPU device, which is faster than a software driver.
    ///
    /// # Errors
    /// The GPU's driver refuses to open it.
    pub async fn auto() -> Result<Device, Error> {
        match Adapter::all().await.into_iter().find(|adapter| !adapter.is_software()) {
            Some(adapter) => Ok(Device::Gpu(Arc::new(adapter.open().await?))),
            None => Ok(Device::Cpu),
        }
    }

    /// The first adapter, or the one of this number or part of a name; a software one too.
    ///
    /// # Errors
    /// There is none, or none of that name.
    pub async fn gpu(wanted: Option<&str>) -> Result<Device, Error> {
        let adapters = Adapter::all().await;
        let names: Vec<String> = adapters.iter().map(Adapter::name).collect();
        if adapters.is_empty() {
            let advice = "no Vulkan, Metal or DX12 adapter was found: install a GPU driver, or mesa-vulkan-drivers for a software one, or take --device cpu";
            return Err(Error::NoDevice(advice.into()));
        }
        let matches = |name: &str, wanted: &str| name.to_lowercase().contains(&wanted.to_lowercase());
        let at = match wanted {
            None => Some(0),
            Some(wanted) => match wanted.parse::<usize>() {
                Ok(number) => Some(number).filter(|&number| number < names.len()),
                Err(_) => names.iter().position(|name| matches(name, wanted)),
            },
        };
        let Some(at) = at else {
            let listed: Vec<String> = names.iter().enumerate().map(|(at, name)| format!("{at}: {name}")).collect();
            let wanted = wanted.unwrap_or_default();
            return Err(Error::NoDevice(format!("no adapter `{wanted}`; there is {}", listed.join(", "))));
        };
        Ok(Device::Gpu(Arc::new(adapters[at].open().await?)))
    }

    /// The device with every family of shaders that it can run, to prove them all.
    pub fn every_tile(&self) -> Vec<Device> {
        match self {
            Device::Cpu => vec![Device::Cpu],
            Device::Gpu(gpu) => gpu.every_tile().into_iter().map(|gpu| Device::Gpu(Arc::new(gpu))).collect(),
        }
    }

    /// Whether every buffer of the plan is within the device's limits, and all together within the
    /// machine's memory if that is what the device computes in.
    ///
    /// # Errors
    /// The first buffer that is not, or what they need together.
    pub fn check(&self, plan: &Plan) -> Result<(), Error> {
        let (name, largest) = match self {
            Device::Cpu => ("the CPU device", u64::MAX),
            Device::Gpu(gpu) => (gpu.name.as_str(), gpu.largest_buffer()),
        };
        let largest = largest.min(4 * ELEMENTS as u64);
        if let Some(buffer) = plan.buffers.iter().find(|buffer| 4 * buffer.length as u64 > largest) {
            let (bytes, device) = (4 * buffer.length as u64, name.to_owned());
            return Err(Error::TooLarge {
                buffer: buffer.name.clone(),
                bytes,
                largest,
                device,
                advice: SMALLER.into(),
            });
        }
        self.check_loops(plan)?;
        match self {
            Device::Gpu(gpu) if !gpu.is_software() => Ok(()),
            _ => memory::check(plan.bytes(), name),
        }
    }

    /// Whether the driver goes through all loops of the plan.
    fn check_loops(&self, plan: &Plan) -> Result<(), Error> {
        let Device::Gpu(gpu) = self else { return Ok(()) };
        let Some(most) = gpu.loops else { return Ok(()) };
        for launch in plan.train.iter().chain(&plan.evaluate) {
            let turns = launch.source(gpu.tile, plan.replicas).grid.turns;
            if turns >= most {
                let (node, kernel, device) = (launch.node.clone(), launch.kernel.name, gpu.name.clone());
                return Err(Error::TooLong { node, kernel, turns, most, device, advice: SMALLER.into() });
            }
        }
        Ok(())
    }

    /// Whether the device has room for the plan now: it is checked, and on a GPU also allocated and
    /// given back.
    ///
    /// # Errors
    /// See [`Device::check`]; or the driver refuses.
    pub async fn fits(&self, plan: &Plan) -> Result<(), Error> {
        self.check(plan)?;
        match self {
            Device::Cpu => Ok(()),
            Device::Gpu(gpu) => gpu.try_allocate(plan).await,
        }
    }

    /// The family of shaders that it runs, if it runs shaders.
    pub fn tile(&self) -> Option<Tile> {
        match self {
            Device::Cpu => None,
            Device::Gpu(gpu) => Some(gpu.tile),
        }
    }

    /// What it is, in one line.
    pub fn describe(&self) -> String {
        match self {
            Device::Cpu => format!("CPU, {} threads", rayon::current_num_threads()),
            Device::Gpu(gpu) => format!("{} ({}, {}, {})", gpu.name, gpu.kind, gpu.backend, gpu.driver),
        }
    }
}

/// Whether this machine has room for the plan's buffers in f64, beside what is there.
///
/// # Errors
/// It has not.
pub fn check_twins(plan: &Plan) -> Result<(), Error> {
    let mut check = memory::check(2 * plan.bytes(), "this machine");
    if let Some(advice) = check.as_mut().err().and_then(Error::advice) {
        *advice = "leave --shadow-cpu out, or take a smaller network or batch".into();
    }
    check
}

/// A plan on a device.
pub enum Executor {
    /// In memory.
    Cpu(Box<Cpu<f32>>, Counters),
    /// On a GPU.
    Gpu(Box<gpu::Executor>),
}

impl Executor {
    /// Allocates the plan's buffers, all zeros, and builds all that a step needs.
    ///
    /// # Errors
    /// A buffer over the adapter's limits, no memory, a shader that the driver refuses.
    pub async fn new(device: &Device, plan: Arc<Plan>) -> Result<Self, Error> {
        device.check(&plan)?;
        Ok(match device {
            Device::Cpu => {
                let counters = Counters {
                    buffers: plan.buffers.len() as u64,
                    allocated_bytes: plan.bytes(),
                    ..Counters::default()
                };
                Executor::Cpu(Box::new(Cpu::new(plan)), counters)
            }
            Device::Gpu(gpu) => Executor::Gpu(Box::new(gpu::Executor::new(gpu.clone(), plan).await?)),
        })
    }

    /// Runs one program, once for each step; a GPU may still be at it when this returns.
    ///
    /// # Errors
    /// A lost device, or an error that the driver reported.
    pub async fn run(&mut self, program: Program, steps: &[Step]) -> Result<(), Error> {
        match self {
            Executor::Cpu(cpu, counters) => {
                cpu.run(program, steps);
                counters.steps += if program == Program::Train { steps.len() as u64 } else { 0 };
                Ok(())
            }
            Executor::Gpu(gpu) => gpu.run(program, steps).await,
        }
    }

    /// Overwrites reals from `offset` on.
    pub fn write_reals(&mut self, buffer: BufferId, offset: usize, values: &[f32]) {
        match self {
            Executor::Cpu(cpu, _) => cpu.write_reals(buffer, offset, values),
            Executor::Gpu(gpu) => gpu.write(buffer, offset, bytemuck::cast_slice(values)),
        }
    }

    /// Overwrites words from `offset` on.
    pub fn write_words(&mut self, buffer: BufferId, offset: usize, values: &[u32]) {
        match self {
            Executor::Cpu(cpu, _) => cpu.write_words(buffer, offset, values),
            Executor::Gpu(gpu) => gpu.write(buffer, offset, bytemuck::cast_slice(values)),
        }
    }

    /// Waits for all that was run, and reads reals from `offset` on.
    ///
    /// # Errors
    /// A lost device, or an error that the driver reported.
    pub async fn read_reals(&mut self, buffer: BufferId, offset: usize, length: usize) -> Result<Vec<f32>, Error> {
        match self {
            Executor::Cpu(cpu, counters) => {
                counters.readbacks += 1;
                Ok(cpu.reals(buffer)[offset..offset + length].to_vec())
            }
            Executor::Gpu(gpu) => Ok(bytemuck::pod_collect_to_vec(&gpu.read(buffer, offset, length).await?)),
        }
    }

    /// Waits for all that was run, and reads words from `offset` on.
    ///
    /// # Errors
    /// A lost device, or an error that the driver reported.
    pub async fn read_words(&mut self, buffer: BufferId, offset: usize, length: usize) -> Result<Vec<u32>, Error> {
        match self {
            Executor::Cpu(cpu, counters) => {
                counters.readbacks += 1;
                Ok(cpu.words(buffer)[offset..offset + length].to_vec())
            }
            Executor::Gpu(gpu) => Ok(bytemuck::pod_collect_to_vec(&gpu.read(buffer, offset, length).await?)),
        }
    }

    /// Reads a whole buffer as f64 or words, whichever it holds.
    ///
    /// # Errors
    /// A lost device, or an error that the driver reported.
    pub async fn read_any(&mut self, buffer: BufferId, of: &crate::plan::Buffer) -> Result<Vec<f64>, Error> {
        Ok(match of.element {
            Element::Real => self.read_reals(buffer, 0, of.length).await?.into_iter().map(f64::from).collect(),
            Element::Word => self.read_words(buffer, 0, of.length).await?.into_iter().map(f64::from).collect(),
        })
    }

    /// What was done so far.
    pub fn counters(&self) -> &Counters {
        match self {
            Executor::Cpu(_, counters) => counters,
            Executor::Gpu(gpu) => gpu.counters(),
        }
    }
}
