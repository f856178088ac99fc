//! Pipelines and bind groups, all built before the first step. Group 0 is the step's numbers at a
//! dynamic offset; group 1 is a launch's buffers and parameters.

use std::{
    collections::HashMap,
    num::NonZeroU64,
    sync::{Mutex, PoisonError},
};

use super::{adapter::Gpu, bounds::UNIFORM_STRIDE};
use crate::{
    kernels::{Access, Kernel, Source},
    plan::{Launch, Plan, Slice},
};

/// A launch that is ready to be recorded.
pub(super) struct Recorded {
    pub pipeline: wgpu::ComputePipeline,
    pub group: wgpu::BindGroup,
    pub workgroups: [u32; 2],
}

/// What all executors of an open adapter share: proofs run hundreds of small plans over the same few
/// shaders, and a driver may take 0.3 s for one.
#[derive(Default)]
pub(super) struct Built {
    pipelines: Mutex<HashMap<Key, wgpu::ComputePipeline>>,
}

/// All that a pipeline depends on. Labels are short for it within a plan; plans of other networks might
/// disagree.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    label: String,
    wgsl: String,
    constants: Vec<(&'static str, u64)>,
}

/// Builds each pipeline once, whatever the number of launches that use it.
pub(super) struct Pipelines<'a> {
    gpu: &'a Gpu,
    step_layout: wgpu::BindGroupLayout,
    layouts: HashMap<&'static str, (wgpu::BindGroupLayout, wgpu::PipelineLayout)>,
    /// Bound where a kernel's optional buffer is left out; one for each such place, since a
    /// buffer must not be read and written by one launch.
    nothing: Vec<wgpu::Buffer>,
    /// Pipelines built.
    pub built: usize,
}

impl<'a> Pipelines<'a> {
    pub fn new(gpu: &'a Gpu) -> Self {
        let entry = wgpu::BindGroupLayoutEntry {
            binding: 0,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer {
                ty: wgpu::BufferBindingType::Uniform,
                has_dynamic_offset: true,
                min_binding_size: None,
            },
            count: None,
        };
        let step_layout = gpu
            .device
            .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some("step"), entries: &[entry] });
        let nothing = (0..8).map(|_| gpu.buffer("nothing", 4)).collect();
        Pipelines { gpu, step_layout, layouts: HashMap::new(), nothing, built: 0 }
    }

    pub fn step_group(&self, steps: &wgpu::Buffer, bytes: usize) -> wgpu::BindGroup {
        let binding = wgpu::BufferBinding { buffer: steps, offset: 0, size: NonZeroU64::new(bytes as u64) };
        self.gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("step"),
            layout: &self.step_layout,
            entries: &[wgpu::BindGroupEntry { binding: 0, resource: wgpu::BindingResource::Buffer(binding) }],
        })
    }

    /// Makes a program's launches ready.
    pub fn record(&mut self, plan: &Plan, launches: &[Launch], buffers: &[wgpu::Buffer]) -> Vec<Recorded> {
        let sources: Vec<Source> = launches.iter().map(|launch| launch.source(self.gpu.tile, plan.replicas)).collect();
        let uniforms = self.uniforms(launches, &sources);
        let record = |(at, (launch, source)): (usize, (&Launch, &Source))| {
            let pipeline = self.pipeline(launch.kernel, source);
            let group = self.group(plan, launch, buffers, &uniforms, at);
            Recorded { pipeline, group, workgroups: source.grid.workgroups }
        };
        launches.iter().zip(&sources).enumerate().map(record).collect()
    }

    /// The parameters of all launches in one buffer.
    fn uniforms(&self, launches: &[Launch], sources: &[Source]) -> wgpu::Buffer {
        let mut bytes = vec![];
        for (launch, source) in launches.iter().zip(sources) {
            bytes.resize(bytes.len().next_multiple_of(UNIFORM_STRIDE), 0);
            bytes.extend(launch.uniform(source.grid.items));
        }
        bytes.resize(bytes.len().next_multiple_of(UNIFORM_STRIDE).max(UNIFORM_STRIDE), 0);
        let buffer = self.gpu.uniform("parameters of launches", bytes.len());
        self.gpu.queue.write_buffer(&buffer, 0, &bytes);
        buffer
    }

    fn group(
        &mut self,
        plan: &Plan,
        launch: &Launch,
        buffers: &[wgpu::Buffer],
        uniforms: &wgpu::Buffer,
        at: usize,
    ) -> wgpu::BindGroup {
        let whole = |slice: &Slice| {
            let elements = (plan.replicas - 1) * slice.stride + slice.length;
            // A vector load may read a whole vector where the last one begins.
            let elements = elements.next_multiple_of(4).min(plan.buffers[slice.buffer].length.max(4) - slice.offset);
            wgpu::BufferBinding {
                buffer: &buffers[slice.buffer],
                offset: 4 * slice.offset as u64,
                size: NonZeroU64::new(4 * elements as u64),
            }
        };
        let resource = |binding: usize| match &launch.bindings[binding] {
            Some(slice) => whole(slice),
            None => wgpu::BufferBinding { buffer: &self.nothing[binding], offset: 0, size: None },
        };
        let count = launch.bindings.len();
        let mut entries: Vec<wgpu::BindGroupEntry> = (0..count)
            .map(|at| wgpu::BindGroupEntry {
                binding: at as u32,
                resource: wgpu::BindingResource::Buffer(resource(at)),
            })
            .collect();
        let parameters = wgpu::BufferBinding {
            buffer: uniforms,
            offset: (at * UNIFORM_STRIDE) as u64,
            size: NonZeroU64::new(UNIFORM_STRIDE as u64),
        };
        entries
            .push(wgpu::BindGroupEntry { binding: count as u32, resource: wgpu::BindingResource::Buffer(parameters) });
        self.gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(launch.kernel.name),
            layout: &self.layouts[launch.kernel.name].0,
            entries: &entries,
        })
    }

    fn pipeline(&mut self, kernel: &'static Kernel, source: &Source) -> wgpu::ComputePipeline {
        if !self.layouts.contains_key(kernel.name) {
            let layout = self.layout(kernel);
            self.layouts.insert(kernel.name, layout);
        }
        let key = Key {
            label: source.label.clone(),
            wgsl: source.wgsl.clone(),
            constants: source.constants.iter().map(|(name, value)| (*name, value.to_bits())).collect(),
        };
        let mut pipelines = self.gpu.built.pipelines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pipeline) = pipelines.get(&key) {
            return pipeline.clone();
        }
        let descriptor = wgpu::ShaderModuleDescriptor {
            label: Some(&source.label),
            source: wgpu::ShaderSource::Wgsl(source.wgsl.as_str().into()),
        };
        let module = if cfg!(debug_assertions) {
            self.gpu.device.create_shader_module(descriptor)
        } else {
            // SAFETY: without checks, a shader must not leave its bindings, divide by 0 or loop for ever.
            // - What is bound lies within its buffer and is of the kernel's elements, and the parameters are the
            //   kernel's: `Bounds::of` refuses other plans.
            // - Within a binding, shaders take indices from their parameters, which whoever launches a kernel computes
            //   from the same shapes as the lengths of what is bound. Nothing proves that in release builds; debug
            //   builds keep the checks, and parity then finds every kernel to read and write the right places, at
            //   awkward sizes, replicas and whatever may be left out.
            // - Where a step's numbers are indices, `Bounds::step` has looked at them; where a buffer's words are (the
            //   order of examples, labels), `Bounds::words`. An embedding's shader brings its words into the vocabulary,
            //   and places of maxima are compared only. Tables of blocks, groups and segments come with the plan.
            // - Divisors are extents and strides, which are at least 1, and loops count up to parameters.
            unsafe { self.gpu.device.create_shader_module_trusted(descriptor, wgpu::ShaderRuntimeChecks::unchecked()) }
        };
        let pipeline = self.gpu.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(&source.label),
            layout: Some(&self.layouts[kernel.name].1),
            module: &module,
            entry_point: Some("main"),
            compilation_options: wgpu::PipelineCompilationOptions {
                constants: &source.constants,
                zero_initialize_workgroup_memory: false,
            },
            cache: None,
        });
        self.built += 1;
        pipelines.insert(key, pipeline.clone());
        pipeline
    }

    fn layout(&self, kernel: &Kernel) -> (wgpu::BindGroupLayout, wgpu::PipelineLayout) {
        let storage = |access| wgpu::BufferBindingType::Storage { read_only: access == Access::Read };
        let types = kernel.bindings.iter().map(|binding| storage(binding.access));
        let entries: Vec<wgpu::BindGroupLayoutEntry> = types
            .chain([wgpu::BufferBindingType::Uniform])
            .enumerate()
            .map(|(at, ty)| wgpu::BindGroupLayoutEntry {
                binding: at as u32,
                visibility: wgpu::ShaderStages::COMPUTE,
                ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
                count: None,
            })
            .collect();
        let device = &self.gpu.device;
        let group = device
            .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some(kernel.name), entries: &entries });
        let pipeline = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some(kernel.name),
            bind_group_layouts: &[Some(&self.step_layout), Some(&group)],
            immediate_size: 0,
        });
        (group, pipeline)
    }
}
