//! Measurements: medians of repeated runs, each long enough that the clock and the waiting do not
//! count.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    config::Config,
    data::{Dataset, Inputs, Normalization, Targets},
    device::{self, Device, Executor},
    kernels::{Case, Operand, Step, case, matmul, matmul::MatmulParameters, optimizer, sum, sum::SumParameters},
    optimizers::{Rule, adam::Adam},
    plan::Program,
    train::{Model, Session},
    verify,
};

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

/// Runs of which the median is taken.
const REPEATS: usize = 9;

/// How long one run takes at least.
const RUN: Duration = Duration::from_millis(200);

/// Multiplications for one measurement: sizes that would take longer are left out.
const BUDGET: f64 = 60e9;

/// Matrix products by size, in their three forms; on the CPU device also the GEMM crate alone, which
/// is what the device's are to be compared with.
///
/// # Errors
/// The device fails, or `report` does.
pub async fn matmul<E: From<device::Error>>(
    device: &Device,
    report: &mut impl FnMut(Measurement) -> Result<(), E>,
) -> Result<(), E> {
    let sizes: &[usize] = match device {
        Device::Gpu(gpu) if gpu.tile == crate::kernels::Tile::Hardware => &[256, 512, 1024, 2048, 4096],
        _ => &[256, 512, 1024],
    };
    for &size in sizes {
        let flops = 2.0 * (size as f64).powi(3);
        let shape = format!("{size} x {size} x {size}");
        for kernel in [&matmul::NN, &matmul::NT, &matmul::TN] {
            let parameters = MatmulParameters { m: size as u32, n: size as u32, k: size as u32 };
            let operand = |name: &str| Operand::Reals(case::reals(name, size * size));
            let mut operands = vec![operand("a"), operand("b"), Operand::Unbound, Operand::Output(size * size)];
            if kernel == &matmul::TN {
                operands.swap(2, 3);
            }
            let seconds = launch(device, kernel, Case::new(shape.clone(), parameters, operands), flops).await?;
            let bench = kernel.name.into();
            report(Measurement { bench, shape: shape.clone(), value: flops / seconds / 1e9, unit: "GFLOP/s" })?;
        }
        if matches!(device, Device::Cpu) {
            // The strides of the operands, row to row and column to column, in the three forms.
            let (along, across) = ((size as u32, 1), (1, size as u32));
            for (form, a, b) in [("nn", along, along), ("nt", along, across), ("tn", across, along)] {
                let value = flops / gemm_alone(size, a, b) / 1e9;
                let bench = format!("gemm crate {form}");
                report(Measurement { bench, shape: shape.clone(), value, unit: "GFLOP/s" })?;
            }
        }
    }
    Ok(())
}

/// Elements of a stream: larger than any cache.
const STREAM: usize = 1 << 22;

/// What moves bytes rather than multiplies: c = a + b, and Adam's update, in bytes that must be moved.
///
/// # Errors
/// The device fails, or `report` does.
pub async fn streams<E: From<device::Error>>(
    device: &Device,
    report: &mut impl FnMut(Measurement) -> Result<(), E>,
) -> Result<(), E> {
    let operand = |name: &str| Operand::Reals(case::reals(name, STREAM));
    let operands = vec![operand("a"), operand("b"), Operand::Output(STREAM)];
    let add = Case::new(String::new(), SumParameters { count: STREAM as u32 }, operands);
    let adam: Arc<dyn Rule> = Arc::new(Adam::default());
    let update = optimizer::case_of(&adam, STREAM / 2, 0, &[]);
    for (kernel, case, name) in [(&sum::SUM, add, "c = a + b"), (&optimizer::OPTIMIZER, update, "adam")] {
        let bytes = (kernel.cost)(&case.parameters).bytes as f64;
        let count = bytemuck::pod_read_unaligned::<u32>(&case.parameters[..4]);
        // A byte takes about as long as ten operations.
        let seconds = launch(device, kernel, case, 10.0 * bytes).await?;
        let shape = format!("{name}, {count} numbers");
        report(Measurement { bench: "stream".into(), shape, value: bytes / seconds / 1e9, unit: "GB/s" })?;
    }
    Ok(())
}

/// Seconds of one launch.
async fn launch(
    device: &Device,
    kernel: &'static crate::kernels::Kernel,
    case: Case,
    flops: f64,
) -> Result<f64, device::Error> {
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

fn gemm_alone(size: usize, a_strides: (u32, u32), b_strides: (u32, u32)) -> f64 {
    let reals = |name: &str| case::reals(name, size * size).into_iter().map(|v| v as f32).collect::<Vec<f32>>();
    let (a, b, mut c) = (reals("a"), reals("b"), vec![0.0f32; size * size]);
    let mut timed = |count: usize| {
        let begin = Instant::now();
        for _ in 0..count {
            let (a, b) = ((&a[..], a_strides.0, a_strides.1), (&b[..], b_strides.0, b_strides.1));
            matmul::gemm((size, size, size), a, b, false, &mut c);
        }
        begin.elapsed().as_secs_f64()
    };
    timed(1);
    let count = (RUN.as_secs_f64() / timed(1)).ceil() as usize;
    median((0..REPEATS).map(|_| timed(count) / count as f64).collect())
}

/// Whole training steps of a multilayer perceptron 784-512-256-10 with Adam, batch 128, and of a
/// small one, 64-64-10, batch 32: examples a second.
///
/// # Errors
/// The device fails, or `report` does.
pub async fn training<E: From<device::Error>>(
    device: &Device,
    report: &mut impl FnMut(Measurement) -> Result<(), E>,
) -> Result<(), E> {
    for (pixels, units, batch) in [(784, &[512, 256, 10][..], 128), (64, &[64, 10][..], 32)] {
        let names: Vec<String> = std::iter::once(pixels).chain(units.iter().copied()).map(|u| u.to_string()).collect();
        let shape = format!("{} batch {batch}", names.join("-"));
        let value = examples_per_second(device, pixels, units, batch).await?;
        report(Measurement { bench: "train".into(), shape, value, unit: "examples/s" })?;
    }
    Ok(())
}

async fn examples_per_second(
    device: &Device,
    pixels: usize,
    units: &[usize],
    batch: usize,
) -> Result<f64, device::Error> {
    let model =
        Model::build(perceptron(units, batch), pictures(pixels, 64 * batch)).expect("the layers fit the pictures");
    let mut session = Session::new(model, device).await?;
    let mut epoch = 0;
    let mut timed = async || {
        epoch += 1;
        let begin = Instant::now();
        let steps: Vec<Step> = session.begin_epoch(epoch);
        session.run(Program::Train, &steps).await?;
        session.read_steps(epoch, &steps).await.ok();
        Ok::<f64, device::Error>((64 * batch) as f64 / begin.elapsed().as_secs_f64())
    };
    timed().await?;
    let mut rates = vec![];
    for _ in 0..REPEATS {
        rates.push(timed().await?);
    }
    Ok(median(rates))
}

fn perceptron(units: &[usize], batch: usize) -> Config {
    let layer = |(at, units): (usize, &usize), last: usize| {
        let activation = if at == last { "" } else { "activation = \"relu\"" };
        format!("[[model.layers]]\nop = \"dense\"\nunits = {units}\n{activation}\n")
    };
    let layers: String = units.iter().enumerate().map(|unit| layer(unit, units.len() - 1)).collect();
    let text = format!(
        "[data]\nsource = \"digits\"\n[model]\nloss = \"categorical\"\n{layers}\n\
         [optimizer]\ntype = \"adam\"\nlearning_rate = 1e-3\n[train]\nbatch_size = {batch}\n"
    );
    Config::read("bench.toml", &text, &[]).expect("a valid config")
}

/// Made-up pictures of ten classes.
fn pictures(pixels: usize, examples: usize) -> Dataset {
    let bytes = case::words("pixels", pixels * examples, 256).into_iter().map(|word| word as u8).collect();
    Dataset {
        name: "bench".into(),
        shape: vec![1, 1, pixels],
        inputs: Inputs::Bytes { values: bytes, maximum: 255.0 },
        targets: Targets::Classes { labels: case::words("labels", examples, 10), count: 10, names: None },
        train: (0..examples as u32).collect(),
        dev: vec![],
        test: vec![],
        normalization: Normalization { scale: vec![1.0 / 255.0], offset: vec![0.0], plane: pixels },
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
