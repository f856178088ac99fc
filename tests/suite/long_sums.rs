//! Sums over a million terms, on both devices, against f64: no worse than PyTorch's f32 on the same numbers, or
//! than a rounding of the result where PyTorch happens to be better. `tests/golden/long_sums.py` measures PyTorch.

use std::collections::BTreeMap;

use crate::common::gpu;
use gradus::{
    config::Config,
    cpu::Cpu,
    device::{Device, Executor},
    gpu,
    graph::Graph,
    kernels::{
        Case, Kernel, Operand, Step,
        batch_norm::{self, BatchNormParameters},
        batch_norm_gradient, clip,
        clip::FactorsParameters,
        embedding::{self, EmbeddingParameters},
        layer_norm::{self, LayerNormParameters},
        loss::{self, LossParameters},
        matmul::{self, MatmulParameters},
        matmul_sum::{MATMUL_SUM, MatmulSumParameters},
        pool::{self, PoolParameters},
        softmax::{self, SoftmaxParameters},
        statistics::{self, StatisticsParameters},
    },
    losses,
    plan::Program,
    verify::{self, Network, Probe},
};

/// Terms.
const N: usize = 1_000_000;

/// A rounding of what a result is made of, and one of the result.
const ROUNDING: f64 = f32::EPSILON as f64;

fn numbers(factor: usize, modulus: usize, offset: f64) -> Vec<f64> {
    (0..N).map(|i| f64::from(((i * factor % modulus) as f64 / modulus as f64 + offset) as f32)).collect()
}

fn x() -> Vec<f64> {
    numbers(7919, 1009, 0.5)
}

fn g() -> Vec<f64> {
    numbers(104_729, 997, 0.25)
}

/// What a kernel writes on a device: the operands in their order.
fn run(
    device: &Device,
    kernel: &'static Kernel,
    parameters: impl gradus::kernels::Parameters,
    operands: Vec<Operand>,
    step: Step,
) -> Vec<Vec<f64>> {
    let mut case = Case::new(kernel.name.into(), parameters, operands);
    case.step = step;
    let plan = std::sync::Arc::new(verify::plan_of(kernel, &case));
    let mut executor = pollster::block_on(Executor::new(device, plan.clone())).expect("the device has room");
    verify::fill(&mut executor, &plan, &case);
    pollster::block_on(executor.run(Program::Train, std::slice::from_ref(&case.step))).expect("it runs");
    let slices: Vec<_> = plan.train[0].bindings.iter().flatten().collect();
    let mut read = |slice: &gradus::plan::Slice| {
        let buffer = plan.buffers[slice.buffer].clone();
        let all = pollster::block_on(executor.read_any(slice.buffer, &buffer)).expect("it reads");
        all[..slice.length].to_vec()
    };
    slices.into_iter().map(&mut read).collect()
}

/// PyTorch's error of each reduction.
fn pytorch() -> BTreeMap<String, f64> {
    serde_json::from_str(include_str!("../golden/long_sums.json")).expect("JSON")
}

struct Check<'a> {
    device: &'a Device,
    failures: Vec<String>,
}

impl Check<'_> {
    fn hold(&mut self, what: &str, pytorch: &str, value: f64, exact: f64, magnitude: f64) {
        let allowed = self::pytorch()[pytorch].max(ROUNDING);
        let error = (value - exact).abs() / magnitude;
        let line = format!("{what}: {error:.1e} of the terms, PyTorch {:.1e}", self::pytorch()[pytorch]);
        println!("{}: {line}", self.device.describe());
        if error.is_nan() || error > allowed {
            self.failures.push(line);
        }
    }
}

fn sum(values: &[f64]) -> f64 {
    values.iter().sum()
}

#[test]
fn long_sums_lose_no_more_than_pytorchs() {
    let gpu = gpu();
    for device in [Device::Cpu, gpu] {
        let mut check = Check { device: &device, failures: vec![] };
        let (x, g) = (x(), g());
        losses(&mut check, &x, &g);
        products(&mut check, &x, &g);
        norms(&mut check, &x, &g);
        others(&mut check, &x, &g);
        assert!(check.failures.is_empty(), "{}: {:#?}", device.describe(), check.failures);
    }
}

fn losses(check: &mut Check, x: &[f64], g: &[f64]) {
    let rows = N as u32;
    let step = Step::over(N);
    // A whole batch: one output of a million rows, and their sum.
    let operands = vec![
        Operand::Reals(x.to_vec()),
        Operand::Reals(g.to_vec()),
        Operand::Words((0..rows).collect()),
        Operand::Output(N),
        Operand::Output(2 * N),
    ];
    let written = run(check.device, &loss::NORMAL, LossParameters { rows, outputs: 1 }, operands, step.clone());
    let operands = vec![Operand::Reals(written[4].clone()), Operand::Output(2)];
    let total = run(check.device, &statistics::STATISTICS, StatisticsParameters { rows }, operands, step);
    let exact: f64 = x.iter().zip(g).map(|(x, g)| (x - g) * (x - g)).sum();
    check.hold("the loss of a batch", "batch mse", total[1][0], exact, exact);
    let hits = x.iter().zip(g).filter(|(x, g)| (**x > 0.0) == (**g > 0.5)).count();
    assert_eq!(total[1][1], hits as f64, "hits are counted exactly");
    // One row of a million outputs.
    let one = |kernel, targets| {
        let operands =
            vec![Operand::Reals(x.to_vec()), targets, Operand::Words(vec![0]), Operand::Output(N), Operand::Output(2)];
        run(check.device, kernel, LossParameters { rows: 1, outputs: rows }, operands, Step::over(1))[4][0]
    };
    let (mean, logs) =
        (one(&loss::NORMAL, Operand::Reals(g.to_vec())), one(&loss::CATEGORICAL, Operand::Words(vec![7])));
    check.hold("the mean of a row's squares", "batch mse", mean, exact / N as f64, exact / N as f64);
    let largest = x.iter().copied().fold(f64::MIN, f64::max);
    let exact = x.iter().map(|x| (x - largest).exp()).sum::<f64>().ln() + largest;
    check.hold("log-sum-exp", "log-sum-exp", logs + x[7], exact, exact);
    let operands = vec![Operand::Reals(x.to_vec()), Operand::Output(N)];
    let parameters = SoftmaxParameters { rows: 1, channels: rows, positions: 1 };
    let y = &run(check.device, &softmax::FORWARD, parameters, operands, Step::over(1))[1];
    let total: f64 = x.iter().map(|x| (x - largest).exp()).sum();
    for at in [0, 3, N / 2, N - 1] {
        let exact = (x[at] - largest).exp() / total;
        check.hold("softmax", "softmax", y[at], exact, exact);
    }
}

fn products(check: &mut Check, x: &[f64], g: &[f64]) {
    let p = MatmulParameters::of(1, 1, N as u32);
    let exact: f64 = x.iter().zip(g).map(|(x, g)| x * g).sum();
    let slices = p.slices as usize;
    let total = |parts: &[f64]| {
        let operands = vec![Operand::Reals(parts.to_vec()), Operand::Unbound, Operand::Unbound, Operand::Output(1)];
        let p = MatmulSumParameters { count: 1, columns: 1, slices: p.slices };
        run(check.device, &MATMUL_SUM, p, operands, Step::over(1))[1][0]
    };
    let (a, b) = (|| Operand::Reals(x.to_vec()), || Operand::Reals(g.to_vec()));
    let third = |kernel| {
        let operands = vec![a(), b(), Operand::Unbound, Operand::Output(slices)];
        total(&run(check.device, kernel, p, operands, Step::over(1))[2])
    };
    let (nt, nn) = (third(&matmul::NT), third(&matmul::NN));
    let operands = vec![a(), b(), Operand::Output(slices), Operand::Output(slices)];
    let written = run(check.device, &matmul::TN, p, operands, Step::over(1));
    let (tn, row) = (total(&written[2]), total(&written[3]));
    check.hold("a product forward", "product", nt, exact, exact);
    check.hold("a product's gradient of the input", "product", nn, exact, exact);
    check.hold("a product's gradient of the weights", "product", tn, exact, exact);
    check.hold("the bias's gradient", "row sums", row, sum(x), sum(x));
}

fn norms(check: &mut Check, x: &[f64], g: &[f64]) {
    let count = N as f64;
    let mean = sum(x) / count;
    let variance = x.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / count;
    let rate = 1.0 / (variance + f64::from(1e-5f32)).sqrt();
    let hat: f64 = x.iter().zip(g).map(|(x, g)| g * (x - mean) * rate).sum();
    let size: f64 = x.iter().zip(g).map(|(x, g)| (g * (x - mean) * rate).abs()).sum();
    let (x, g) = (|| Operand::Reals(x.to_vec()), || Operand::Reals(g.to_vec()));
    let step = || Step::over(1);
    let slices = N.div_ceil(4096).clamp(1, 1024);
    let p = BatchNormParameters {
        rows: 1,
        channels: 1,
        positions: N as u32,
        slices: slices as u32,
        epsilon: 1e-5,
        momentum: 1.0,
        unbiased: 0,
    };
    let parts = run(check.device, &batch_norm::MOMENTS, p, vec![x(), Operand::Output(2 * slices)], step());
    let running = || Operand::Reals(vec![0.0]);
    let operands = vec![Operand::Reals(parts[1].clone()), Operand::Output(2), running(), running()];
    let moments = run(check.device, &batch_norm::COMBINE, p, operands, step());
    check.hold("batch norm's mean", "mean of moments", moments[1][0], mean, mean);
    check.hold("batch norm's variance", "variance", moments[3][0], variance, variance);
    let operands = vec![g(), x(), Operand::Reals(moments[1].clone()), Operand::Output(2 * slices)];
    let parts = run(check.device, &batch_norm_gradient::SUMS, p, operands, step());
    let operands = vec![Operand::Reals(parts[3].clone()), Operand::Output(1), Operand::Output(1)];
    let written = run(check.device, &batch_norm_gradient::GRADIENTS, p, operands, step());
    let Operand::Reals(gradients) = g() else { unreachable!("reals") };
    check.hold("batch norm's gradient of the weight", "norm's weight gradient", written[1][0], hat, size);
    check.hold(
        "batch norm's gradient of the bias",
        "norm's bias gradient",
        written[2][0],
        sum(&gradients),
        sum(&gradients),
    );

    let p = LayerNormParameters { rows: 1, groups: 1, size: N as u32, inner: N as u32, epsilon: 1e-5 };
    let operands = vec![x(), Operand::Unbound, Operand::Unbound, Operand::Output(2), Operand::Output(N)];
    let moments = run(check.device, &layer_norm::FORWARD, p, operands, step())[1].clone();
    check.hold("layer norm's mean", "mean of moments", moments[0], mean, mean);
    check.hold("layer norm's deviation", "variance", moments[1], rate, rate);
    let operands = vec![g(), x(), Operand::Reals(moments), Operand::Output(1), Operand::Output(1)];
    let written = run(check.device, &layer_norm::GRADIENTS, p, operands, step());
    check.hold("group norm's gradient of the weight", "norm's weight gradient", written[3][0], hat, size);
    check.hold(
        "group norm's gradient of the bias",
        "norm's bias gradient",
        written[4][0],
        sum(&gradients),
        sum(&gradients),
    );
}

fn others(check: &mut Check, x: &[f64], g: &[f64]) {
    let p = PoolParameters {
        planes: 1,
        in_d: 1,
        in_h: 1000,
        in_w: 1000,
        out_d: 1,
        out_h: 1,
        out_w: 1,
        kernel_d: 1,
        kernel_h: 1000,
        kernel_w: 1000,
        stride_d: 1,
        stride_h: 1,
        stride_w: 1,
        pad_d: 0,
        pad_h: 0,
        pad_w: 0,
        count_padding: 1,
    };
    let operands = vec![Operand::Reals(x.to_vec()), Operand::Output(1)];
    let mean = run(check.device, &pool::AVERAGE_FORWARD, p, operands, Step::over(1))[1][0];
    check.hold("a global average", "global average", mean, sum(x) / N as f64, sum(x) / N as f64);
    let p = EmbeddingParameters { rows: 1, tokens: N as u32, vocabulary: 2, units: 1 };
    let operands = vec![Operand::Reals(g.to_vec()), Operand::Reals(vec![0.0; N]), Operand::Output(2)];
    let weight = run(check.device, &embedding::BACKWARD, p, operands, Step::over(1))[2][0];
    check.hold("an embedding's gradient", "embedding gradient", weight, sum(g), sum(g));
    // The norm's squares are summed by 64 before.
    let squares: Vec<f64> = g.chunks(64).map(|g| f64::from(g.iter().map(|g| g * g).sum::<f64>() as f32)).collect();
    let mut step = Step::over(1);
    step.scalars[12] = 1.0;
    let p = FactorsParameters { segments: 1, blocks: squares.len() as u32 };
    let segment = Operand::Words(vec![0, squares.len() as u32]);
    let exact = 1.0 / sum(&squares).sqrt();
    let operands = vec![Operand::Reals(squares), segment, Operand::Output(1)];
    let factor = run(check.device, &clip::FACTORS, p, operands, step)[2][0];
    check.hold("a clipped norm", "norm", factor, exact, exact);
}

fn graph(layers: &str, input: usize) -> Graph {
    let text = format!(
        "[data]\nsource = \"digits\"\n[model]\nloss = \"normal\"\nlayers = [\n{layers}\n]\n\
         [optimizer]\ntype = \"sgd\"\n[train]\nepochs = 1\n"
    );
    let config = Config::read("long.toml", &text, &[]).expect("a valid config");
    Graph::build(&config.model, &[input]).expect("layers that fit")
}

/// Layers over inputs, examples of the batch, and products in slices in a step: forward and evaluation, to the
/// weights and to the bias, to the input.
const SLICED: &[(&str, usize, usize, usize)] = &[
    ("{ op = 'dense', units = 3, activation = 'leaky_relu' }, { op = 'dense', units = 2 }", 8205, 4, 1 + 1),
    ("{ op = 'dense', units = 8211, activation = 'sigmoid' }, { op = 'dense', units = 2 }", 2, 4, 1 + 1 + 1),
    ("{ op = 'dense', units = 3, activation = 'sigmoid' }, { op = 'dense', units = 2, bias = false }", 2, 8300, 2 + 1),
];

/// Whole networks with them: the gradients of the twins in f64 against differences of the loss, and every device's
/// against those.
#[test]
fn products_in_slices_have_right_gradients() {
    let gpu = gpu();
    for &(layers, input, batch, sums) in SLICED {
        let mut network = Network::new(layers, graph(layers, input), losses::named("normal").expect("a loss"));
        (network.batch, network.rows) = (batch, batch + 1);
        let probe = Probe::new(&network);
        let plan = probe.plan.clone();
        let found = plan.train.iter().chain(&plan.evaluate).filter(|launch| launch.kernel == &MATMUL_SUM).count();
        assert_eq!(found, sums, "{layers}");
        let mut twins = Cpu::<f64>::new(plan.clone());
        probe.fill_twins(&mut twins);
        let loss = |twins: &mut Cpu<f64>| {
            twins.run(Program::Train, std::slice::from_ref(&probe.step));
            twins.reals(plan.ports.statistics)[0] / batch as f64
        };
        loss(&mut twins);
        let exact = twins.reals(plan.ports.gradients).to_vec();
        let largest = exact.iter().fold(0.0f64, |most, g| most.max(g.abs()));
        for slice in plan.learned.iter().map(|learned| learned.slice) {
            for at in [0, 1, slice.length / 2, slice.length - 1].map(|at| slice.offset + at.min(slice.length - 1)) {
                let value = twins.reals(plan.ports.parameters)[at];
                let mut moved = |by: f64| {
                    twins.write_reals(plan.ports.parameters, at, &[value + by]);
                    loss(&mut twins)
                };
                let difference = (moved(1e-4) - moved(-1e-4)) / 2e-4;
                moved(0.0);
                assert!((difference - exact[at]).abs() < 1e-6 * largest, "{layers}: {difference} {}", exact[at]);
            }
        }
        for device in [&Device::Cpu, &gpu] {
            let mut executor = pollster::block_on(Executor::new(device, plan.clone())).expect("the device has room");
            probe.fill(&mut executor);
            pollster::block_on(executor.run(Program::Train, std::slice::from_ref(&probe.step))).expect("it runs");
            let gradients = pollster::block_on(executor.read_reals(plan.ports.gradients, 0, exact.len()));
            for learned in &plan.learned {
                let range = learned.slice.offset..learned.slice.offset + learned.slice.length;
                let largest = exact[range.clone()].iter().fold(0.0f64, |most, g| most.max(g.abs()));
                let ours = &gradients.as_ref().expect("it reads")[range.clone()];
                for (ours, exact) in ours.iter().zip(&exact[range]) {
                    assert!((f64::from(*ours) - exact).abs() < 1e-5 * largest, "{}: {ours} {exact}", learned.name);
                }
            }
        }
    }
}

/// What a driver with short loops could not sum is refused by name, before anything runs.
#[test]
fn a_plan_with_loops_longer_than_the_drivers_is_refused() {
    let Device::Gpu(gpu) = gpu() else { unreachable!("a GPU") };
    let short = |most| {
        let mut gpu = gpu::Gpu::clone(&gpu);
        gpu.loops = Some(most);
        Device::Gpu(std::sync::Arc::new(gpu))
    };
    let p = StatisticsParameters { rows: 5000 };
    let case = Case::new("the loss".into(), p, vec![Operand::Reals(vec![0.0; 10_000]), Operand::Output(2)]);
    let plan = verify::plan_of(&statistics::STATISTICS, &case);
    // 5000 rows among 64 threads by eights, and a tree.
    short(40).check(&plan).expect("loops as long as that");
    let error = short(10).check(&plan).expect_err("longer loops").to_string();
    assert!(error.contains("`the loss` needs loops of") && error.contains("ends them after 10"), "{error}");
}
