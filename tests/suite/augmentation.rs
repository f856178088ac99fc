//! Pictures changed at random: the same on both devices, the same after resuming, never in evaluation.

use crate::common;
use gradus::{
    device::Device,
    plan::Program,
    train::{Session, Split},
};

const CHANGES: &[&str] = &["data.augment={ crop = 2, flip = true, cutout = 3 }", "train.batch_size=100"];

fn session(changes: &[&str], device: &Device) -> Session {
    common::session("configs/digits.toml", changes, device)
}

/// Trains so many of an epoch's steps; returns their losses.
fn losses(session: &mut Session, steps: usize) -> Vec<f64> {
    let all = session.begin_epoch(1);
    let steps = &all[..steps.min(all.len())];
    pollster::block_on(session.run(Program::Train, steps)).expect("the device works");
    let records = pollster::block_on(session.read_steps(1, steps)).expect("the losses are finite");
    records.into_iter().map(|record| record.loss).collect()
}

#[test]
fn both_devices_train_on_the_same_pictures() {
    let cpu = losses(&mut session(CHANGES, &Device::Cpu), 5);
    let gpu = losses(&mut session(CHANGES, &common::gpu()), 5);
    let plain = losses(&mut session(&CHANGES[1..], &Device::Cpu), 5);
    for ((cpu, gpu), plain) in cpu.iter().zip(&gpu).zip(&plain) {
        // Other pictures would be as far away as those without changes are.
        assert!((cpu - gpu).abs() < 1e-4 * cpu, "{cpu} {gpu}");
        assert!((cpu - plain).abs() > 1e-3 * cpu, "{cpu} {plain}");
    }
}

#[test]
fn a_resumed_run_draws_what_a_whole_one_does() {
    let mut whole = session(CHANGES, &Device::Cpu);
    let expected = losses(&mut whole, 6);
    let mut first = session(CHANGES, &Device::Cpu);
    let mut found = losses(&mut first, 3);
    let snapshot = pollster::block_on(first.snapshot()).expect("the device works");
    let mut second = session(CHANGES, &Device::Cpu);
    second.restore(&snapshot);
    found.extend(losses(&mut second, 3));
    assert_eq!(found, expected);
    let ends = [&mut whole, &mut second].map(|s| pollster::block_on(s.snapshot()).expect("the device works"));
    assert_eq!(ends[0].parameters, ends[1].parameters);
}

#[test]
fn evaluation_sees_the_pictures_as_they_are() {
    let evaluate = |changes: &[&str]| {
        let mut session = session(changes, &Device::Cpu);
        let kernels: Vec<&str> = session.model().plan().evaluate.iter().map(|launch| launch.kernel.name).collect();
        assert!(kernels.contains(&"gather_bytes") && !kernels.contains(&"gather_augmented"));
        pollster::block_on(session.evaluate(Split::Train)).expect("the device works").expect("there are examples")
    };
    assert_eq!(evaluate(CHANGES), evaluate(&CHANGES[1..]));
}
