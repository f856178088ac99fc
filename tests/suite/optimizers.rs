//! Optimizers against PyTorch and Keras: 100 steps over one sequence of gradients, as the plan's
//! last launches, on the CPU twins in f64 and on the GPU in f32. `golden/optimizers.py` made the
//! numbers.

use std::sync::Arc;

use crate::common::gpu;
use gradus::{
    config::Config,
    cpu::Cpu,
    device::{Device, Executor},
    graph::Graph,
    kernels::Step,
    losses,
    optimizers::{self, Rule},
    plan::{self, DataLayout, Options, Plan, Program},
    schedules::{Run, Schedule},
};

/// The largest relative error in f64: rounding of 100 steps, which are summed in another order.
const TOLERANCE_F64: f64 = 1e-10;
/// The largest relative error in f32.
const TOLERANCE_F32: f64 = 1e-5;

#[derive(serde::Deserialize)]
struct Golden {
    recorded: Vec<usize>,
    cases: Vec<Case>,
}

#[derive(serde::Deserialize)]
struct Case {
    config: String,
    /// For every recorded step the weight and the bias.
    parameters: Vec<Vec<f64>>,
}

/// The generator of the Python script.
struct Numbers(u32);

impl Numbers {
    fn take(&mut self, count: usize) -> Vec<f64> {
        let next = |_| {
            self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(self.0 >> 8) / f64::from(1 << 23) - 1.0
        };
        (0..count).map(next).collect()
    }
}

/// The launches that update a layer's weight [2, 3] and bias [2].
struct Update {
    plan: Arc<Plan>,
    rule: Arc<dyn Rule>,
    schedule: Schedule,
}

impl Update {
    fn new(optimizer: &str) -> Self {
        let text = format!(
            "[data]\nsource = 'digits'\n[model]\nloss = 'normal'\nlayers = [{{ op = 'dense', units = 2 }}]\n[optimizer]\n{optimizer}\n"
        );
        let config = Config::read("golden.toml", &text, &[]).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let graph = Graph::build(&config.model, &[3]).expect("a layer");
        let rule = optimizers::read(&config.optimizer).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let stride = rule.schedule_stride();
        let run = Run { steps: 100, steps_per_epoch: 10, stride, learning_rate: rule.default_learning_rate() };
        let schedule = Schedule::read(&config.optimizer, &run).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let layout = DataLayout {
            bytes: false,
            examples: 1,
            plane: 3,
            order: 1,
            augmentation: None,
            differentiate_input: false,
        };
        let options = Options { batch: 1, evaluate_batch: 1, replicas: 1, slots: 1 };
        let loss = losses::named("normal").expect("a loss");
        let mut plan = plan::compile(&graph, loss, rule.clone(), &layout, &options);
        plan.train.retain(|launch| launch.node == "optimizer");
        plan.evaluate.clear();
        Update { plan: Arc::new(plan), rule, schedule }
    }

    fn step(&self, updates: u64) -> Step {
        let scalars = self.rule.scalars(self.schedule.at(updates), updates);
        Step { index: updates as u32, scalars, ..Step::over(1) }
    }

    /// Where the weight and the bias lie.
    fn places(&self) -> Vec<(usize, usize)> {
        self.plan.learned.iter().map(|learned| (learned.slice.offset, learned.slice.length)).collect()
    }
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../golden/optimizers.json")).expect("the script writes JSON")
}

fn error(actual: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(actual.len(), expected.len());
    let errors = actual.iter().zip(expected).map(|(a, e)| (a - e).abs() / e.abs().max(0.1));
    errors.fold(0.0, |worst, error| if error.is_nan() { f64::INFINITY } else { f64::max(worst, error) })
}

#[test]
fn optimizers_follow_pytorch_and_keras_in_f64() {
    let golden = golden();
    assert!(golden.cases.len() > 60);
    let mut failures = vec![];
    for case in &golden.cases {
        let update = Update::new(&case.config);
        let mut cpu = Cpu::<f64>::new(update.plan.clone());
        let (mut numbers, ports, places) = (Numbers(12345), update.plan.ports, update.places());
        for &(at, length) in &places {
            cpu.write_reals(ports.parameters, at, &numbers.take(length));
        }
        let mut worst = 0.0f64;
        for step in 1..=*golden.recorded.last().expect("some are recorded") {
            for &(at, length) in &places {
                cpu.write_reals(ports.gradients, at, &numbers.take(length));
            }
            cpu.run(Program::Train, &[update.step(step as u64 - 1)]);
            let Some(row) = golden.recorded.iter().position(|&recorded| recorded == step) else { continue };
            let all = cpu.reals(ports.parameters);
            let actual: Vec<f64> = places.iter().flat_map(|&(at, length)| all[at..at + length].to_vec()).collect();
            worst = worst.max(error(&actual, &case.parameters[row]));
        }
        if worst > TOLERANCE_F64 {
            failures.push(format!("{worst:.2e}: {} ({})", case.config.replace('\n', ", "), update.rule.formula()));
        }
    }
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), golden.cases.len(), failures.join("\n"));
}

#[test]
fn optimizers_follow_pytorch_and_keras_on_the_gpu() {
    let device = gpu();
    let golden = golden();
    let mut failures = vec![];
    for case in &golden.cases {
        let update = Update::new(&case.config);
        let last = *golden.recorded.last().expect("some are recorded");
        let actual = pollster::block_on(on_device(&device, &update, last)).expect("the device works");
        let worst = error(&actual, case.parameters.last().expect("some are recorded"));
        if worst > TOLERANCE_F32 {
            failures.push(format!("{worst:.2e}: {} ({})", case.config.replace('\n', ", "), update.rule.formula()));
        }
    }
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), golden.cases.len(), failures.join("\n"));
}

async fn on_device(device: &Device, update: &Update, steps: usize) -> Result<Vec<f64>, gradus::device::Error> {
    let mut executor = Executor::new(device, update.plan.clone()).await?;
    let (mut numbers, ports, places) = (Numbers(12345), update.plan.ports, update.places());
    let single = |values: Vec<f64>| values.into_iter().map(|value| value as f32).collect::<Vec<_>>();
    for &(at, length) in &places {
        executor.write_reals(ports.parameters, at, &single(numbers.take(length)));
    }
    for step in 0..steps {
        for &(at, length) in &places {
            executor.write_reals(ports.gradients, at, &single(numbers.take(length)));
        }
        executor.run(Program::Train, &[update.step(step as u64)]).await?;
    }
    let mut actual = vec![];
    for &(at, length) in &places {
        actual.extend(executor.read_reals(ports.parameters, at, length).await?.into_iter().map(f64::from));
    }
    Ok(actual)
}

/// The change of weight and bias by one step from `parameters` with `gradients`.
fn change(optimizer: &str, parameters: &[f64], gradients: &[f64]) -> Vec<f64> {
    let update = Update::new(optimizer);
    let mut cpu = Cpu::<f64>::new(update.plan.clone());
    let (ports, places) = (update.plan.ports, update.places());
    let mut from = 0;
    for &(at, length) in &places {
        cpu.write_reals(ports.parameters, at, &parameters[from..from + length]);
        cpu.write_reals(ports.gradients, at, &gradients[from..from + length]);
        from += length;
    }
    cpu.run(Program::Train, &[update.step(0)]);
    let all = cpu.reals(ports.parameters);
    let after = places.iter().flat_map(|&(at, length)| &all[at..at + length]);
    after.zip(parameters).map(|(after, before)| after - before).collect()
}

fn norm(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum::<f64>().sqrt()
}

#[test]
fn clipping_a_norm_keeps_the_direction() {
    let mut numbers = Numbers(7);
    let (parameters, gradients) = (numbers.take(8), numbers.take(8));
    for (limit, expected) in [(0.5, 0.5), (100.0, norm(&gradients))] {
        let config = format!("type = 'sgd'\nlearning_rate = 1.0\nclip_global_norm = {limit}");
        let step = change(&config, &parameters, &gradients);
        assert!((norm(&step) - expected).abs() < 1e-12, "{}", norm(&step));
        let along: f64 = step.iter().zip(&gradients).map(|(s, g)| -s * g).sum();
        assert!((along - norm(&step) * norm(&gradients)).abs() < 1e-12, "the direction stays");
    }
    // Each tensor by itself: the bias, which is short enough, stays as it is.
    let gradients: Vec<f64> = gradients.iter().enumerate().map(|(at, g)| if at < 6 { *g } else { 0.1 * g }).collect();
    let step = change("type = 'sgd'\nlearning_rate = 1.0\nclip_norm = 0.5", &parameters, &gradients);
    assert!((norm(&step[..6]) - 0.5).abs() < 1e-12);
    assert!(step[6..].iter().zip(&gradients[6..]).all(|(s, g)| (s + g).abs() < 1e-12));
}

/// The penalty ½λ‖θ‖² + κ‖θ‖₁ by central differences.
#[test]
fn decay_is_the_gradient_of_its_penalty() {
    let mut numbers = Numbers(8);
    let parameters = numbers.take(8);
    let config = "type = 'sgd'\nlearning_rate = 1.0\nweight_decay = 0.3\nl1 = 0.2\ndecay_all = true";
    let step = change(config, &parameters, &[0.0; 8]);
    let penalty = |theta: f64| 0.15 * theta * theta + 0.2 * theta.abs();
    for (step, &theta) in step.iter().zip(&parameters) {
        let difference = (penalty(theta + 1e-5) - penalty(theta - 1e-5)) / 2e-5;
        assert!((step + difference).abs() < 1e-9, "{step} {difference}");
    }
}

/// Steps with these gradients from these parameters, in f64: the parameters after each, and the average.
fn walk(optimizer: &str, parameters: &[f64], gradients: &[Vec<f64>]) -> Vec<(Vec<f64>, Option<Vec<f64>>)> {
    let update = Update::new(optimizer);
    let mut cpu = Cpu::<f64>::new(update.plan.clone());
    let (ports, places) = (update.plan.ports, update.places());
    let put = |cpu: &mut Cpu<f64>, buffer, values: &[f64]| {
        let (weight, bias) = values.split_at(places[0].1);
        cpu.write_reals(buffer, places[0].0, weight);
        cpu.write_reals(buffer, places[1].0, bias);
    };
    let take = |all: &[f64]| -> Vec<f64> { places.iter().flat_map(|&(at, n)| all[at..at + n].to_vec()).collect() };
    put(&mut cpu, ports.parameters, parameters);
    let step = |(t, g): (usize, &Vec<f64>)| {
        put(&mut cpu, ports.gradients, g);
        cpu.run(Program::Train, &[update.step(t as u64)]);
        let average = ports.average.map(|slice| take(&cpu.reals(slice.buffer)[slice.offset..]));
        (take(cpu.reals(ports.parameters)), average)
    };
    gradients.iter().enumerate().map(step).collect()
}

fn farthest(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// Keras's `use_ema`: the first average is what the first update made, then a ← m a + (1 − m) θ; a step that
/// just accumulates leaves it alone, but not in Keras, which averages after every batch, and begins with the
/// batches of the first update.
#[test]
fn the_average_of_the_weights_follows_its_formula() {
    let mut numbers = Numbers(9);
    let parameters = numbers.take(8);
    let gradients: Vec<Vec<f64>> = (0..60).map(|_| numbers.take(8)).collect();
    for (around, batches, every) in [
        ("", 1, 1),
        ("\nclip_norm = 0.5\nweight_decay = 0.1", 1, 1),
        ("\naccumulate = 3", 3, 3),
        ("\naccumulate = 3\ndialect = 'pytorch'", 3, 3),
        ("\naccumulate = 3\ndialect = 'keras'", 3, 1),
    ] {
        let mut average: Option<Vec<f64>> = None;
        let walked = walk(&format!("type = 'adam'\nlearning_rate = 0.05\nema = 0.9{around}"), &parameters, &gradients);
        let plain = walk(&format!("type = 'adam'\nlearning_rate = 0.05{around}"), &parameters, &gradients);
        for (t, ((theta, actual), (without, _))) in walked.iter().zip(&plain).enumerate() {
            assert_eq!(theta, without, "training is the same");
            if (t + 1) % every == 0 {
                average = Some(match average {
                    Some(a) if t >= batches => {
                        a.iter().zip(theta).map(|(a, theta)| 0.9 * a + (1.0 - 0.9) * theta).collect()
                    }
                    _ => theta.clone(),
                });
            }
            let expected = average.clone().unwrap_or(vec![0.0; 8]);
            assert!(farthest(actual.as_ref().expect("there is one"), &expected) < 1e-12, "{around} at {t}");
        }
    }
}

/// The norm is that of the batches' mean, not of a batch's own gradient.
#[test]
fn what_is_clipped_is_the_mean_of_accumulated_batches() {
    let mut numbers = Numbers(10);
    let parameters = numbers.take(8);
    let gradients: Vec<Vec<f64>> = (0..12).map(|_| numbers.take(8)).collect();
    let means: Vec<Vec<f64>> = gradients
        .chunks(4)
        .map(|four| (0..8).map(|at| four.iter().map(|g| g[at]).sum::<f64>() / 4.0).collect())
        .collect();
    for clip in ["clip_norm", "clip_global_norm", "clip_value"] {
        let config = format!("type = 'momentum'\nlearning_rate = 0.1\n{clip} = 0.1\nweight_decay = 0.01");
        let parts = walk(&format!("{config}\naccumulate = 4"), &parameters, &gradients);
        let whole = walk(&config, &parameters, &means);
        for (update, (expected, _)) in whole.iter().enumerate() {
            let error = farthest(&parts[4 * update + 3].0, expected);
            assert!(error < 1e-12, "{clip}: {error:.1e} after update {update}");
            assert_eq!(
                parts[4 * update].0,
                if update == 0 { parameters.clone() } else { parts[4 * update - 1].0.clone() }
            );
        }
    }
}
