//! The start-up test of an adapter's driver: whether it ends long loops early. llvmpipe does, after 65,535 turns
//! and without a word; sums over more terms would be wrong.

use super::adapter::Gpu;
use crate::device::error::Error;

/// Turns that every driver is asked for.
const TURNS: u32 = 200_000;

impl Gpu {
    /// After how many turns the driver ends a thread's loops; `None` if it goes through all that it is asked for.
    ///
    /// # Errors
    /// The driver refuses the shader, or does not answer.
    pub(super) async fn count_turns(&self) -> Result<Option<u64>, Error> {
        let guard = self.guard();
        let module = self.device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("count_turns"),
            source: wgpu::ShaderSource::Wgsl(include_str!("../../shaders/count_turns.wgsl").into()),
        });
        let pipeline = self.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some("count_turns"),
            layout: None,
            module: &module,
            entry_point: Some("main"),
            compilation_options: Default::default(),
            cache: None,
        });
        let numbers = self.buffer("numbers", 4);
        let group = self.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("count_turns"),
            layout: &pipeline.get_bind_group_layout(0),
            entries: &[wgpu::BindGroupEntry { binding: 0, resource: numbers.as_entire_binding() }],
        });
        guard.finish().await?;
        self.queue.write_buffer(&numbers, 0, bytemuck::cast_slice(&[TURNS, 1]));
        let mut encoder = self.device.create_command_encoder(&Default::default());
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            pass.set_pipeline(&pipeline);
            pass.set_bind_group(0, &group, &[]);
            pass.dispatch_workgroups(1, 1, 1);
        }
        let taken: Vec<u32> = bytemuck::pod_collect_to_vec(&self.read_back(&numbers, 0, 8, Some(encoder)).await?);
        Ok(Some(u64::from(taken[0])).filter(|&taken| taken < TURNS.into()))
    }
}
