//! The GPU device, and the only place that names wgpu: adapters, pipelines, recording, readback.

pub mod adapter;
mod bounds;
mod loops;
mod pipeline;

use std::{collections::VecDeque, sync::Arc};

use crate::{
    device::{counters::Counters, error::Error},
    kernels::Element,
    kernels::Step,
    plan::{BufferId, Plan, Program},
};
pub use adapter::{Adapter, Gpu};
use bounds::Bounds;
use pipeline::Recorded;

/// Steps that are recorded into one submission. More would save little, and a driver may take a
/// submission that runs for seconds for a hang.
pub const STEPS_PER_SUBMISSION: usize = 64;

/// Submissions that may wait at the GPU before the host waits for the oldest.
const IN_FLIGHT: usize = 2;

/// A step's numbers as the shader sees them, in a slot of their own.
const STEP_BYTES: usize = 96;
const STEP_STRIDE: usize = 256;

/// A plan with its buffers and pipelines on a GPU.
pub struct Executor {
    gpu: Arc<Gpu>,
    plan: Arc<Plan>,
    bounds: Bounds,
    buffers: Vec<wgpu::Buffer>,
    steps: wgpu::Buffer,
    step_group: wgpu::BindGroup,
    train: Vec<Recorded>,
    evaluate: Vec<Recorded>,
    in_flight: VecDeque<wgpu::SubmissionIndex>,
    counters: Counters,
    /// The first write that was refused.
    refused: Option<Error>,
}

impl Executor {
    /// Allocates the plan's buffers, with their first contents or zeros, and builds every pipeline and bind group.
    ///
    /// # Errors
    /// A plan that is wrong, no memory, a shader that the driver refuses.
    pub async fn new(gpu: Arc<Gpu>, plan: Arc<Plan>) -> Result<Self, Error> {
        let bounds = Bounds::of(&plan)?;
        let mut counters = Counters::default();
        let buffers = gpu.allocate(&plan).await?;
        counters.buffers += buffers.len() as u64 + 1;
        counters.allocated_bytes += plan.bytes();

        let guard = gpu.guard();
        let steps = gpu.uniform("steps", STEP_STRIDE * STEPS_PER_SUBMISSION);
        let mut pipelines = pipeline::Pipelines::new(&gpu);
        let step_group = pipelines.step_group(&steps, STEP_BYTES);
        let train = pipelines.record(&plan, &plan.train, &buffers);
        let evaluate = pipelines.record(&plan, &plan.evaluate, &buffers);
        guard.finish().await?;
        counters.pipelines += pipelines.built as u64;
        counters.bind_groups += (train.len() + evaluate.len() + 1) as u64;
        let mut executor = Executor {
            gpu,
            plan: plan.clone(),
            bounds,
            buffers,
            steps,
            step_group,
            train,
            evaluate,
            in_flight: VecDeque::new(),
            counters,
            refused: None,
        };
        for (buffer, offset, values) in plan.first_contents() {
            match values.element() {
                Element::Real => executor.write(buffer, offset, bytemuck::cast_slice(&values.reals::<f32>())),
                Element::Word => executor.write(buffer, offset, bytemuck::cast_slice(&values.words())),
            }
        }
        Ok(executor)
    }

    /// Submits one program, once for each step. It may return before the GPU is done.
    ///
    /// # Errors
    /// Steps or words written before that would lead out of a buffer; a lost device, or an error that the driver
    /// reported.
    pub async fn run(&mut self, program: Program, steps: &[Step]) -> Result<(), Error> {
        self.accepted()?;
        steps.iter().try_for_each(|step| self.bounds.step(step))?;
        for steps in steps.chunks(STEPS_PER_SUBMISSION) {
            self.submit(program, steps)?;
            while self.in_flight.len() > IN_FLIGHT {
                let oldest = self.in_flight.pop_front();
                self.gpu.wait(oldest)?;
            }
        }
        Ok(())
    }

    fn submit(&mut self, program: Program, steps: &[Step]) -> Result<(), Error> {
        let mut bytes = vec![0; STEP_STRIDE * steps.len()];
        for (step, bytes) in steps.iter().zip(bytes.chunks_exact_mut(STEP_STRIDE)) {
            bytes[..STEP_BYTES].copy_from_slice(&step_bytes(step));
        }
        // The write lands before this submission's commands and after the last one's.
        self.gpu.queue.write_buffer(&self.steps, 0, &bytes);
        let launches = match program {
            Program::Train => &self.train,
            Program::Evaluate => &self.evaluate,
        };
        let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            for at in 0..steps.len() {
                pass.set_bind_group(0, &self.step_group, &[(at * STEP_STRIDE) as u32]);
                for launch in launches {
                    pass.set_pipeline(&launch.pipeline);
                    pass.set_bind_group(1, &launch.group, &[]);
                    let [x, y] = launch.workgroups;
                    pass.dispatch_workgroups(x, y, self.plan.replicas as u32);
                }
            }
        }
        self.in_flight.push_back(self.gpu.queue.submit([encoder.finish()]));
        self.counters.submissions += 1;
        self.counters.launches += (launches.len() * steps.len()) as u64;
        self.counters.uploaded_bytes += bytes.len() as u64;
        if program == Program::Train {
            self.counters.steps += steps.len() as u64;
        }
        self.gpu.latched()
    }

    /// Overwrites elements from `offset` on; four bytes each. Words that would lead out of a buffer are refused, which
    /// the next verb says.
    pub fn write(&mut self, buffer: BufferId, offset: usize, bytes: &[u8]) {
        if let Err(error) = self.bounds.words(buffer, bytes) {
            self.refused.get_or_insert(error);
            return;
        }
        self.gpu.queue.write_buffer(&self.buffers[buffer], 4 * offset as u64, bytes);
        self.counters.uploaded_bytes += bytes.len() as u64;
    }

    /// Waits for all that was submitted, and reads `length` elements from `offset` on.
    ///
    /// # Errors
    /// A write that was refused, a lost device, or an error that the driver reported.
    pub async fn read(&mut self, buffer: BufferId, offset: usize, length: usize) -> Result<Vec<u8>, Error> {
        self.accepted()?;
        let size = 4 * length as u64;
        self.counters.readbacks += 1;
        self.counters.read_bytes += size;
        let bytes = self.gpu.read_back(&self.buffers[buffer], 4 * offset as u64, size, None).await?;
        self.in_flight.clear();
        Ok(bytes)
    }

    fn accepted(&self) -> Result<(), Error> {
        self.refused.clone().map_or(Ok(()), Err)
    }

    /// What was done so far.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }
}

/// The shader's `Step`; see `shaders/step.wgsl`.
fn step_bytes(step: &Step) -> [u8; STEP_BYTES] {
    let mut words = [0u32; STEP_BYTES / 4];
    words[..6].copy_from_slice(&[
        step.index,
        step.slot,
        step.first,
        step.rows,
        step.seed as u32,
        (step.seed >> 32) as u32,
    ]);
    for (word, scalar) in words[8..].iter_mut().zip(step.scalars) {
        *word = (scalar as f32).to_bits();
    }
    bytemuck::cast(words)
}
