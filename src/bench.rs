//! Measurements: medians of repeated runs, each long enough that the clock and the waiting do not
//! count.

mod convolutions;
mod products;
mod streams;
mod training;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    device::{self, Device, Executor},
    kernels::{Case, Kernel},
    plan::Program,
    verify,
};
use convolutions::convolutions;
use products::products;
use streams::streams;
use training::training;

/// One figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// What was measured.
    pub bench: String,
    /// Of which size.
    pub shape: String,
    /// The median.
    pub value: f64,
    /// In which unit.
    pub unit: &'static str,
}

impl Measurement {
    /// One line for people.
    pub fn line(&self, device: &Device) -> String {
        let Measurement { bench, shape, value, unit } = self;
        format!("{bench:21} {shape:28} {value:12.1} {unit:12} {}", device.describe())
    }
}

/// Runs of which the median is taken.
const REPEATS: usize = 9;

/// How long one run takes at least.
const RUN: Duration = Duration::from_millis(200);

/// Multiplications for one measurement: sizes that would take longer are left out.
const BUDGET: f64 = 60e9;

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Matrix products and convolutions by size, and streams of bytes.
    Kernels,
    /// Whole training steps.
    Step,
}

/// Measures on a device, one of the two or, with `None`, both.
///
/// # Errors
/// The device fails, or `report` does.
pub async fn measure<E: From<device::Error>>(
    device: &Device,
    what: Option<What>,
    report: &mut impl FnMut(Measurement) -> Result<(), E>,
) -> Result<(), E> {
    if what != Some(What::Step) {
        products(device, report).await?;
        convolutions(device, report).await?;
        streams(device, report).await?;
    }
    if what != Some(What::Kernels) {
        training(device, report).await?;
    }
    Ok(())
}

/// The first adapter, if there is one, and the CPU device.
pub async fn devices() -> Vec<Device> {
    Device::gpu(None).await.ok().into_iter().chain([Device::cpu()]).collect()
}

/// Seconds of one launch.
async fn launch(device: &Device, kernel: &'static Kernel, case: Case, flops: f64) -> Result<f64, device::Error> {
    let plan = Arc::new(verify::plan_of(kernel, &case));
    let mut executor = Executor::new(device, plan.clone()).await?;
    verify::fill(&mut executor, &plan, &case);
    let most = ((BUDGET / flops) as usize).clamp(1, 256);
    let mut timed = async |count: usize| {
        let steps = vec![case.step.clone(); count];
        let begin = Instant::now();
        executor.run(Program::Train, &steps).await?;
        executor.read_reals(0, 0, 1).await?;
        Ok::<f64, device::Error>(begin.elapsed().as_secs_f64())
    };
    timed(1).await?;
    let once = timed(1).await?;
    let count = ((RUN.as_secs_f64() / once).ceil() as usize).clamp(1, most);
    let mut seconds = vec![];
    for _ in 0..REPEATS {
        seconds.push(timed(count).await? / count as f64);
    }
    Ok(median(seconds))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
