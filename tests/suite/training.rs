//! Whole trainings: what is learned, that both devices learn the same, and what a step costs.

use crate::common::{gpu, model, session};
use gradus::{
    device::Device,
    plan::Program,
    train::{self, EpochRecord, Error, Observer, Outcome, Session, Snapshot, Split, StepRecord},
};
use std::ops::ControlFlow;

/// Remembers everything, and stops when told.
#[derive(Default)]
struct Memory {
    steps: Vec<StepRecord>,
    epochs: Vec<EpochRecord>,
    last: Option<Snapshot>,
    looks: usize,
    stop_after: Option<usize>,
}

impl Observer for Memory {
    fn steps(&mut self, steps: &[StepRecord]) -> Result<(), Error> {
        self.steps.extend_from_slice(steps);
        Ok(())
    }
    fn epoch(&mut self, record: &EpochRecord, snapshot: &Snapshot) -> Result<ControlFlow<()>, Error> {
        self.epochs.push(record.clone());
        self.last = Some(snapshot.clone());
        Ok(ControlFlow::Continue(()))
    }
    fn stop(&mut self) -> bool {
        self.looks += 1;
        self.stop_after.is_some_and(|looks| self.looks >= looks)
    }
    fn stopped(&mut self, snapshot: &Snapshot) -> Result<(), Error> {
        self.last = Some(snapshot.clone());
        Ok(())
    }
}

fn train(session: &mut Session) -> Memory {
    let mut memory = Memory::default();
    pollster::block_on(train::train(session, &mut [&mut memory])).expect("training runs");
    memory
}

#[test]
fn two_observers_at_once_see_the_same_and_either_may_stop() {
    let overrides = ["train.epochs=3", "train.batch_size=64"];
    let mut alone = session("configs/digits.toml", &overrides, &Device::cpu());
    let alone = train(&mut alone);
    let (mut a, mut b) = (Memory::default(), Memory::default());
    let mut together = session("configs/digits.toml", &overrides, &Device::cpu());
    let outcome = pollster::block_on(train::train(&mut together, &mut [&mut a, &mut b])).expect("training runs");
    assert_eq!(outcome, Outcome::Finished);
    assert_eq!((a.steps.len(), a.epochs.len()), (63, 3));
    for other in [&b, &alone] {
        assert_eq!(a.steps, other.steps);
        assert_eq!(a.last, other.last);
        let figures = |memory: &Memory| memory.epochs.iter().map(|epoch| (epoch.train, epoch.dev)).collect::<Vec<_>>();
        assert_eq!(figures(&a), figures(other));
    }
    // Both are asked whether to stop each time; one suffices, and both are told.
    let (mut a, mut b) = (Memory::default(), Memory { stop_after: Some(2), ..Memory::default() });
    let mut stopped = session("configs/digits.toml", &overrides, &Device::cpu());
    let outcome = pollster::block_on(train::train(&mut stopped, &mut [&mut b, &mut a])).expect("training runs");
    assert_eq!((outcome, a.looks, b.looks), (Outcome::Stopped, 2, 2));
    assert!(a.last.is_some() && a.last == b.last);
}

#[test]
fn digits_are_learned_on_the_cpu() {
    let mut session = session("configs/digits.toml", &[], &Device::cpu());
    let memory = train(&mut session);
    let test = pollster::block_on(session.evaluate(Split::Test)).expect("it runs").expect("there is a test set");
    assert!(test.accuracy.expect("classes") >= 0.96, "{test:?}");
    assert!(memory.epochs.last().expect("epochs").train.loss < 0.1);
}

/// The first losses of both devices, and the accuracy after a few epochs on the GPU.
#[test]
fn the_gpu_learns_what_the_cpu_learns() {
    let overrides = ["train.epochs=6", "optimizer.learning_rate=3e-3"];
    let mut on_gpu = session("configs/digits.toml", &overrides, &gpu());
    let mut on_cpu = session("configs/digits.toml", &overrides, &Device::cpu());
    let (a, b) = (train(&mut on_gpu), train(&mut on_cpu));
    for (a, b) in a.steps.iter().zip(&b.steps).take(100) {
        assert!(
            (a.loss - b.loss).abs() <= 1e-3 * b.loss,
            "step {}: {} on the GPU, {} on the CPU",
            a.step,
            a.loss,
            b.loss
        );
    }
    let test = pollster::block_on(on_gpu.evaluate(Split::Test)).expect("it runs").expect("there is a test set");
    assert!(test.accuracy.expect("classes") >= 0.9, "{test:?}");
}

/// The real network on real images, step by step on both devices.
///
/// The losses agree to 1e-6 until the argument of some ReLU lies within rounding of 0: then the devices
/// may take different sides, and Adam makes a whole step of the difference, which grows. That happens
/// in about one run of four within a hundred steps; with tanh, which has no kink, it never does.
#[test]
fn the_first_hundred_fashion_losses_agree() {
    let hundred = ["data.train_limit=17800", "train.epochs=1"];
    let smooth = ["model.layers.0.activation=tanh", "model.layers.1.activation=tanh", "seed=3"];
    for (overrides, tolerance) in [(hundred.to_vec(), 1e-3), ([&hundred[..], &smooth].concat(), 1e-5)] {
        first_losses_agree("configs/fashion-mlp.toml", &overrides, 100, tolerance);
    }
}

/// The convolutional network on real images. Its kinks are those of ReLU and of max-pooling, which hands a
/// gradient to another pixel where two are equal but for a rounding; with tanh and means there are none.
#[test]
fn the_first_thirty_losses_of_the_cnn_agree() {
    let thirty = ["data.train_limit=4840", "train.epochs=1"];
    let smooth = [
        "model.layers.0.activation=tanh",
        "model.layers.1.op=avg_pool2d",
        "model.layers.2.activation=tanh",
        "model.layers.3.op=avg_pool2d",
    ];
    for (overrides, tolerance) in [(thirty.to_vec(), 1e-3), ([&thirty[..], &smooth].concat(), 1e-5)] {
        first_losses_agree("configs/fashion-cnn.toml", &overrides, 30, tolerance);
    }
}

fn first_losses_agree(config: &str, overrides: &[&str], count: usize, tolerance: f64) {
    let losses = [gpu(), Device::cpu()].map(|device| {
        let mut session = session(config, overrides, &device);
        let steps = session.begin_epoch(1);
        pollster::block_on(session.run(Program::Train, &steps)).expect("it runs");
        pollster::block_on(session.read_steps(1, &steps)).expect("finite")
    });
    assert_eq!(losses[0].len(), count);
    let difference = |(a, b): (&StepRecord, &StepRecord)| (a.loss - b.loss).abs() / b.loss;
    let worst = losses[0].iter().zip(&losses[1]).map(difference).fold(0.0, f64::max);
    println!("{config} {overrides:?}: the losses differ by {worst:.1e} at most");
    for (a, b) in losses[0].iter().zip(&losses[1]) {
        assert!(difference((a, b)) <= tolerance, "step {}: {} on the GPU, {} on the CPU", a.step, a.loss, b.loss);
    }
}

#[test]
fn a_step_allocates_nothing_and_many_go_out_at_once() {
    let overrides = ["data.train_limit=1289", "data.dev=0", "train.epochs=2", "train.batch_size=4"];
    let mut session = session("configs/digits.toml", &overrides, &gpu());
    let before = session.counters().clone();
    let steps = session.begin_epoch(1);
    pollster::block_on(session.run(Program::Train, &steps)).expect("it runs");
    let after = session.counters().clone();
    assert_eq!(
        (after.pipelines, after.bind_groups, after.buffers),
        (before.pipelines, before.bind_groups, before.buffers)
    );
    assert_eq!(after.allocated_bytes, before.allocated_bytes);
    assert_eq!(after.readbacks, before.readbacks, "nothing is read within an epoch that takes less than a second");
    let (steps, submissions) = (after.steps - before.steps, after.submissions - before.submissions);
    assert!(steps >= 32 * (submissions - 1), "{steps} steps in {submissions} submissions");
}

#[test]
fn an_epoch_is_read_once() {
    let mut session = session("configs/digits.toml", &["train.epochs=1"], &gpu());
    train(&mut session);
    // Losses and flags, the development set's figures, parameters and state.
    assert_eq!(session.counters().readbacks, 5);
}

#[test]
fn a_perceptron_of_three_layers_takes_twelve_launches() {
    let model = model("configs/fashion-mlp.toml", &["data.train_limit=256", "data.dev=0"]);
    assert_eq!(model.plan().train.len(), 12);
    let updates = model.plan().train.iter().filter(|launch| launch.kernel.name == "optimizer").count();
    assert_eq!(updates, 1, "one launch updates all parameters");
}

#[test]
fn the_same_seed_gives_the_same_bits_on_either_device() {
    for device in [Device::cpu(), gpu()] {
        let run = || {
            let mut session = session("configs/digits.toml", &["train.epochs=2"], &device);
            train(&mut session).last.expect("an epoch ended").parameters
        };
        assert!(run().iter().zip(run()).all(|(a, b)| a.to_bits() == b.to_bits()));
        let mut other = session("configs/digits.toml", &["train.epochs=2", "seed=7"], &device);
        assert_ne!(run(), train(&mut other).last.expect("an epoch ended").parameters);
    }
}

#[test]
fn a_resumed_run_gives_the_same_bits() {
    for device in [Device::cpu(), gpu()] {
        let overrides = ["train.epochs=4", "train.batch_size=8"];
        let mut whole = session("configs/digits.toml", &overrides, &device);
        let expected = train(&mut whole);
        for looks in [1, 2, 5, 9] {
            let mut first = session("configs/digits.toml", &overrides, &device);
            let mut memory = Memory { stop_after: Some(looks), ..Memory::default() };
            let outcome = pollster::block_on(train::train(&mut first, &mut [&mut memory])).expect("training runs");
            assert_eq!(outcome, Outcome::Stopped);
            let plan = first.model().plan().clone();
            let bytes = memory.last.expect("it was saved").to_bytes(&plan);
            let mut second = session("configs/digits.toml", &overrides, &device);
            second.restore(&Snapshot::from_bytes(&plan, &bytes).expect("a checkpoint"));
            let resumed = train(&mut second);
            assert_eq!(resumed.last.expect("an epoch ended"), *expected.last.as_ref().expect("an epoch ended"));
            let (a, b) = (resumed.epochs.last().expect("epochs"), expected.epochs.last().expect("epochs"));
            assert_eq!((a.train, a.dev), (b.train, b.dev));
        }
    }
}

#[test]
fn a_last_batch_counts_each_of_its_examples_like_any_other() {
    // 10 examples in batches of 4, 4 and 2: the epoch's loss with a learning rate that changes nothing
    // is that of one batch of 10.
    let overrides = |batch: &'static str| {
        [
            "data.train_limit=10",
            "data.dev=0",
            "train.epochs=1",
            batch,
            "optimizer.type=sgd",
            "optimizer.learning_rate=1e-30",
        ]
    };
    let mut epochs = vec![];
    for batch in ["train.batch_size=4", "train.batch_size=10", "train.batch_size=0"] {
        for device in [Device::cpu(), gpu()] {
            let mut session = session("configs/digits.toml", &overrides(batch), &device);
            epochs.push(train(&mut session).epochs[0].train);
        }
    }
    for figures in &epochs {
        assert!((figures.loss - epochs[0].loss).abs() < 1e-5 * epochs[0].loss, "{epochs:?}");
        assert_eq!(figures.accuracy, epochs[0].accuracy);
    }
}

#[test]
fn a_loss_that_explodes_is_an_error_with_its_step() {
    for device in [Device::cpu(), gpu()] {
        let overrides = ["optimizer.type=sgd", "optimizer.learning_rate=1e30"];
        let mut session = session("configs/digits.toml", &overrides, &device);
        let error =
            pollster::block_on(train::train(&mut session, &mut [&mut Memory::default()])).expect_err("it explodes");
        assert!(matches!(error, Error::NotFinite { step: 2..=4, epoch: 1, .. }), "{error}");
    }
}
