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
            (None, None) => pollster::block_on(bench::devices()),
            (device, adapter) => {
                let device = device.unwrap_or(Choice::Gpu);
                vec![DeviceArguments { device, adapter: adapter.clone() }.open()?]
            }
        };
        let what = self.what.map(|what| match what {
            What::Kernels => bench::What::Kernels,
            What::Step => bench::What::Step,
        });
        for device in &devices {
            pollster::block_on(bench::measure(device, what, &mut |m| self.line(device, m)))?;
        }
        Ok(())
    }

    fn line(&self, device: &Device, measurement: Measurement) -> Result<(), Failure> {
        if !self.json {
            return say(measurement.line(device));
        }
        let Measurement { bench, shape, value, unit } = measurement;
        let device = device.describe();
        let line = serde_json::json!({"bench": bench, "device": device, "shape": shape, "value": value, "unit": unit});
        say(line.to_string())
    }
}
