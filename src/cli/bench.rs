//! `gradus bench`: what this machine reaches. One line a measurement.

use clap::{Args, ValueEnum};

use super::{
    Failure,
    load::{Choice, DeviceArguments},
    say,
};
use crate::{
    bench::{self, Measurement},
    device::Device,
};

/// Measure matrix products, convolutions and training on this machine
#[derive(Args)]
pub struct Bench {
    /// What to measure; without it, everything
    #[arg(value_enum)]
    what: Option<What>,
    /// One JSON object a line on stdout
    #[arg(long)]
    json: bool,
    /// Where to measure; without it, on the first adapter and on the CPU device
    #[arg(long, value_enum)]
    device: Option<Choice>,
    /// A GPU by its number or part of its name, see `gradus devices`
    #[arg(long, value_name = "NAME|INDEX")]
    adapter: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Matrix products and convolutions by size, and streams of bytes.
    Kernels,
    /// Whole training steps.
    Step,
}

impl Bench {
    /// Measures.
    pub fn run(self) -> Result<(), Failure> {
        let devices = match (self.device, &self.adapter) {
            (None, None) => {
                let gpu = pollster::block_on(Device::gpu(None)).ok();
                gpu.into_iter().chain([Device::cpu()]).collect()
            }
            (device, adapter) => {
                let device = device.unwrap_or(Choice::Gpu);
                vec![DeviceArguments { device, adapter: adapter.clone() }.open()?]
            }
        };
        for device in &devices {
            if self.what != Some(What::Step) {
                pollster::block_on(bench::products(device, &mut |m| self.line(device, m)))?;
                pollster::block_on(bench::convolutions(device, &mut |m| self.line(device, m)))?;
                pollster::block_on(bench::streams(device, &mut |m| self.line(device, m)))?;
            }
            if self.what != Some(What::Kernels) {
                pollster::block_on(bench::training(device, &mut |m| self.line(device, m)))?;
            }
        }
        Ok(())
    }

    fn line(&self, device: &Device, m: Measurement) -> Result<(), Failure> {
        let device = device.describe();
        let Measurement { bench, shape, value, unit } = m;
        if self.json {
            let line =
                serde_json::json!({"bench": bench, "device": device, "shape": shape, "value": value, "unit": unit});
            return say(line.to_string());
        }
        say(format!("{bench:21} {shape:28} {value:12.1} {unit:12} {device}"))
    }
}
