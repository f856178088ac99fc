//! `gradus devices`: what there is to compute on.

use clap::Args;

use super::{Failure, bytes, say};
use crate::{device::Device, gpu::Adapter};

/// List the adapters, and the CPU device
#[derive(Args)]
pub struct Devices {
    /// One JSON array on stdout
    #[arg(long)]
    json: bool,
}

impl Devices {
    /// Lists them.
    pub fn run(self) -> Result<(), Failure> {
        let adapters = pollster::block_on(Adapter::all());
        // An adapter that cannot be opened is listed without.
        let loops = |adapter: &Adapter| pollster::block_on(adapter.open()).ok().and_then(|gpu| gpu.loops);
        if self.json {
            let entry = |(index, adapter): (usize, &Adapter)| {
                serde_json::json!({
                    "index": index,
                    "name": adapter.name(),
                    "kind": adapter.kind(),
                    "backend": adapter.backend(),
                    "driver": adapter.driver(),
                    "largest_binding_bytes": adapter.largest_binding(),
                    "most_loop_turns": loops(adapter),
                })
            };
            let list: Vec<_> = adapters.iter().enumerate().map(entry).collect();
            return say(serde_json::Value::from(list).to_string());
        }
        for (index, adapter) in adapters.iter().enumerate() {
            let largest = bytes(adapter.largest_binding());
            let (name, kind) = (adapter.name(), adapter.kind());
            let ends = loops(adapter).map_or(String::new(), |turns| format!(", ends loops after {turns} turns"));
            say(format!(
                "{index}: {name} ({kind}), {}, {}, buffers to {largest}{ends}",
                adapter.backend(),
                adapter.driver()
            ))?;
        }
        if adapters.is_empty() {
            say("no Vulkan, Metal or DX12 adapter: install a GPU driver, or mesa-vulkan-drivers for a software one")?;
        }
        say(format!("cpu: {}", Device::cpu().describe()))
    }
}
