//! Adapters: which there are, which to take, and what an open one tells of its errors.

use std::{
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

use wgpu::ErrorFilter::{Internal, OutOfMemory, Validation};

use super::pipeline::Built;
use crate::{
    device::error::{Error, SMALLER},
    kernels::Tile,
    plan::Plan,
};

/// How long the host waits for the GPU before it takes it for dead.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);

/// The kind of an adapter that computes on the CPU.
const SOFTWARE: &str = "software";

/// The share of a GPU's memory that may be allocated, in percent: a driver that is asked for more moves
/// buffers to the machine's memory, where everything is many times slower.
const MEMORY: u8 = 95;

/// What the fastest shaders for a software driver need.
const SOFTWARE_FEATURES: wgpu::Features = wgpu::Features::SUBGROUP.union(wgpu::Features::SHADER_INT64);

/// An adapter that could be opened.
pub struct Adapter {
    adapter: wgpu::Adapter,
}

impl Adapter {
    /// Every adapter of the machine, real GPUs first.
    pub async fn all() -> Vec<Adapter> {
        let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle_from_env();
        // Validation layers and debug names cost time at every launch.
        descriptor.flags = wgpu::InstanceFlags::empty().with_env();
        descriptor.memory_budget_thresholds.for_resource_creation = Some(MEMORY);
        let instance = wgpu::Instance::new(descriptor);
        let backends = wgpu::Backends::VULKAN | wgpu::Backends::METAL | wgpu::Backends::DX12;
        let found = instance.enumerate_adapters(backends).await;
        let mut adapters: Vec<Adapter> = found.into_iter().map(|adapter| Adapter { adapter }).collect();
        adapters.sort_by_key(|adapter| match adapter.adapter.get_info().device_type {
            wgpu::DeviceType::DiscreteGpu => 0,
            wgpu::DeviceType::IntegratedGpu => 1,
            wgpu::DeviceType::VirtualGpu => 2,
            wgpu::DeviceType::Other => 3,
            wgpu::DeviceType::Cpu => 4,
        });
        adapters
    }

    /// The adapter's name, as its driver gives it.
    pub fn name(&self) -> String {
        self.adapter.get_info().name
    }

    /// The driver and its version.
    pub fn driver(&self) -> String {
        let info = self.adapter.get_info();
        format!("{} {}", info.driver, info.driver_info).trim().to_owned()
    }

    /// vulkan, metal or dx12.
    pub fn backend(&self) -> String {
        self.adapter.get_info().backend.to_str().to_owned()
    }

    /// What it is: `discrete GPU`, …, or `software` for a driver that computes on the CPU.
    pub fn kind(&self) -> &'static str {
        match self.adapter.get_info().device_type {
            wgpu::DeviceType::DiscreteGpu => "discrete GPU",
            wgpu::DeviceType::IntegratedGpu => "integrated GPU",
            wgpu::DeviceType::VirtualGpu => "virtual GPU",
            wgpu::DeviceType::Cpu => SOFTWARE,
            wgpu::DeviceType::Other => "other",
        }
    }

    /// Whether it computes on the CPU.
    pub fn is_software(&self) -> bool {
        self.adapter.get_info().device_type == wgpu::DeviceType::Cpu
    }

    /// The largest buffer that a launch can bind, in bytes.
    pub fn largest_binding(&self) -> u64 {
        self.adapter.limits().max_storage_buffer_binding_size
    }

    /// Whether a workgroup of 8 is one subgroup, whose lanes can hand each other numbers, and a load can
    /// take two numbers at once.
    fn has_subgroups_of_8(&self) -> bool {
        let info = self.adapter.get_info();
        self.adapter.features().contains(SOFTWARE_FEATURES)
            && info.subgroup_min_size == 8
            && info.subgroup_max_size == 8
    }

    /// The shaders that suit it.
    fn tile(&self) -> Tile {
        match (self.is_software(), self.has_subgroups_of_8()) {
            (true, true) => Tile::SoftwareSubgroups,
            (true, false) => Tile::Software,
            (false, _) => Tile::Hardware,
        }
    }

    /// Opens it with all its limits.
    ///
    /// # Errors
    /// The driver refuses.
    pub async fn open(&self) -> Result<Gpu, Error> {
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("gradus"),
            required_limits: self.adapter.limits(),
            required_features: self.adapter.features() & SOFTWARE_FEATURES,
            ..Default::default()
        };
        let opened = self.adapter.request_device(&descriptor).await;
        let (device, queue) = opened.map_err(|error| Error::NoDevice(format!("{}: {error}", self.name())))?;
        let failure = Arc::new(Mutex::new(None));
        let latch = failure.clone();
        // The default handler panics; the first error is kept instead and returned by the next verb.
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            latch.lock().expect("nothing panics with the lock").get_or_insert(of(error));
        }));
        let latch = failure.clone();
        device.set_device_lost_callback(move |reason, message| {
            if reason != wgpu::DeviceLostReason::Destroyed {
                latch.lock().expect("nothing panics with the lock").get_or_insert(Error::Lost(message));
            }
        });
        let mut gpu = Gpu {
            name: self.name(),
            driver: self.driver(),
            backend: self.backend(),
            kind: self.kind(),
            tile: self.tile(),
            device,
            queue,
            built: Arc::default(),
            loops: None,
            failure,
        };
        gpu.loops = gpu.count_turns().await?;
        Ok(gpu)
    }
}

/// An open adapter.
#[derive(Clone)]
pub struct Gpu {
    /// The adapter's name.
    pub name: String,
    /// Its driver and version.
    pub driver: String,
    /// vulkan, metal or dx12.
    pub backend: String,
    /// `discrete GPU`, …, or `software`.
    pub kind: &'static str,
    /// The family of shaders that suits it.
    pub tile: Tile,
    /// After how many turns its driver ends all loops of a thread, and says nothing; see `kernels::grid`.
    pub loops: Option<u64>,
    pub(super) device: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    /// Pipelines, which its executors share.
    pub(super) built: Arc<Built>,
    failure: Arc<Mutex<Option<Error>>>,
}

impl Gpu {
    /// The same adapter with every family of shaders that it can run, to prove them all.
    pub fn every_tile(&self) -> Vec<Gpu> {
        let can = |tile: &Tile| *tile != Tile::SoftwareSubgroups || self.tile == Tile::SoftwareSubgroups;
        Tile::ALL.into_iter().filter(can).map(|tile| Gpu { tile, ..self.clone() }).collect()
    }

    /// A storage buffer of 4-byte elements, all zeros.
    pub(super) fn buffer(&self, name: &str, length: usize) -> wgpu::Buffer {
        self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(name),
            // An empty buffer cannot be bound.
            size: 4 * length.max(4) as u64,
            usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC,
            mapped_at_creation: false,
        })
    }

    /// A uniform buffer.
    pub(super) fn uniform(&self, name: &str, bytes: usize) -> wgpu::Buffer {
        self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(name),
            size: bytes as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        })
    }

    /// The largest buffer that a launch can bind, in bytes.
    pub fn largest_buffer(&self) -> u64 {
        let limits = self.device.limits();
        limits.max_storage_buffer_binding_size.min(limits.max_buffer_size)
    }

    /// Whether it computes on the CPU, in the machine's memory.
    pub fn is_software(&self) -> bool {
        self.kind == SOFTWARE
    }

    /// The plan's buffers, all zeros.
    pub(super) async fn allocate(&self, plan: &Plan) -> Result<Vec<wgpu::Buffer>, Error> {
        let guard = self.guard();
        let buffers = plan.buffers.iter().map(|buffer| self.buffer(&buffer.name, buffer.length)).collect();
        match guard.finish().await {
            Ok(()) => Ok(buffers),
            Err(Error::OutOfMemory(report)) => {
                let (bytes, device) = (plan.bytes(), self.name.clone());
                Err(Error::NoRoom { bytes, device, report, advice: SMALLER.into() })
            }
            Err(error) => Err(error),
        }
    }

    /// Allocates the plan's buffers and gives them back.
    pub(crate) async fn try_allocate(&self, plan: &Plan) -> Result<(), Error> {
        let outcome = self.allocate(plan).await;
        outcome.iter().flatten().for_each(wgpu::Buffer::destroy);
        // A driver keeps what was given back until the device is asked what it has done.
        self.wait(None)?;
        outcome.map(drop)
    }

    /// Catches the errors of what is created until [`Guard::finish`].
    pub(super) fn guard(&self) -> Guard {
        Guard { scopes: [OutOfMemory, Validation, Internal].map(|filter| self.device.push_error_scope(filter)) }
    }

    /// Waits until a submission is done.
    pub(super) fn wait(&self, submission: Option<wgpu::SubmissionIndex>) -> Result<(), Error> {
        let wait = wgpu::PollType::Wait { submission_index: submission, timeout: Some(PATIENCE) };
        self.device.poll(wait).map(drop).map_err(|error| {
            let after = format!("no answer within {} s ({error})", PATIENCE.as_secs());
            self.latched().err().unwrap_or(Error::Lost(after))
        })
    }

    /// Waits for all that was submitted, and for these commands if there are any, and reads a part of a buffer.
    pub(super) async fn read_back(
        &self,
        buffer: &wgpu::Buffer,
        offset: u64,
        size: u64,
        commands: Option<wgpu::CommandEncoder>,
    ) -> Result<Vec<u8>, Error> {
        let guard = self.guard();
        let staging = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("readback"),
            size,
            usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
            mapped_at_creation: false,
        });
        guard.finish().await?;
        let mut encoder = commands.unwrap_or_else(|| self.device.create_command_encoder(&Default::default()));
        encoder.copy_buffer_to_buffer(buffer, offset, &staging, 0, size);
        let submission = self.queue.submit([encoder.finish()]);
        let (outcome, mapped) = mpsc::channel();
        // Nobody listens any more if this read failed before.
        staging.map_async(wgpu::MapMode::Read, .., move |result| outcome.send(result).unwrap_or_default());
        self.wait(Some(submission))?;
        self.latched()?;
        // Another executor of this adapter, in another thread, may have been handed the answer, and be about
        // to pass it on.
        match mapped.recv_timeout(PATIENCE) {
            Ok(Ok(())) => {}
            other => return Err(Error::Lost(format!("reading back failed: {other:?}"))),
        }
        let view = staging.get_mapped_range(..).map_err(|error| Error::Lost(error.to_string()))?;
        Ok(view.to_vec())
    }

    /// The first error that the driver reported outside any guard.
    pub(super) fn latched(&self) -> Result<(), Error> {
        match self.failure.lock().expect("nothing panics with the lock").clone() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}

/// Error scopes, which nest: the last must end first.
pub(super) struct Guard {
    scopes: [wgpu::ErrorScopeGuard; 3],
}

impl Guard {
    /// Ends the scopes.
    pub(super) async fn finish(self) -> Result<(), Error> {
        let mut first = None;
        for scope in self.scopes.into_iter().rev() {
            first = scope.pop().await.or(first);
        }
        first.map_or(Ok(()), |error| Err(of(error)))
    }
}

fn of(error: wgpu::Error) -> Error {
    match error {
        wgpu::Error::OutOfMemory { .. } => Error::OutOfMemory(error.to_string()),
        _ => Error::Driver(error.to_string()),
    }
}
