//! Every config of the repository runs: it is built, trained for two steps and evaluated. Pictures of
//! CIFAR's form are made here; the others are in the binary or come with a package.
//!
//! After so few steps the running figures are far from the batch's, and a deep network multiplies the
//! difference layer by layer, beyond what a number can be: what evaluation gives is no matter here.

use std::{fs, path::Path};

use crate::common::{gpu, session};
use gradus::{
    device::Device,
    plan::Program,
    train::{Session, Split},
};

/// Pictures of each of CIFAR-10's files.
const PICTURES: usize = 4;

/// CIFAR-10's binary version, with pictures of noise.
fn cifar(folder: &Path) {
    let names = (1..=5).map(|number| format!("data_batch_{number}.bin")).chain(["test_batch.bin".to_owned()]);
    for (file, name) in names.enumerate() {
        let byte = |at: usize| ((at * 7919 + file * 104_729) >> 3) as u8;
        let record = |picture: usize| {
            let label = (picture * 3 + file) as u8 % 10;
            [label].into_iter().chain((0..3072).map(move |at| byte(picture * 3072 + at)))
        };
        fs::write(folder.join(name), (0..PICTURES).flat_map(record).collect::<Vec<u8>>()).expect("a temporary file");
    }
}

/// The losses of two steps of four examples; that of the test set is computed, too.
fn losses(session: &mut Session) -> Vec<f64> {
    let steps = session.begin_epoch(1);
    let steps = &steps[..2];
    pollster::block_on(session.run(Program::Train, steps)).expect("the device works");
    let records = pollster::block_on(session.read_steps(1, steps)).expect("finite losses");
    pollster::block_on(session.evaluate(Split::Test)).expect("the device works").expect("a test set");
    records.iter().map(|record| record.loss).collect()
}

fn overrides(folder: &Path, config: &str) -> Vec<String> {
    let mut overrides =
        vec!["train.batch_size=4".to_owned(), "data.dev=0".to_owned(), "data.train_limit=20".to_owned()];
    if config.contains("cifar") {
        overrides.push(format!("data.path={}", folder.display()));
    }
    overrides
}

#[test]
fn every_config_trains() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    cifar(folder.path());
    let configs = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("configs")).expect("the configs");
    let mut count = 0;
    for entry in configs {
        let name = format!("configs/{}", entry.expect("an entry").file_name().to_string_lossy());
        let overrides = overrides(folder.path(), &name);
        let overrides: Vec<&str> = overrides.iter().map(String::as_str).collect();
        let losses = losses(&mut session(&name, &overrides, &Device::cpu()));
        // Networks that know nothing yet lose about ln 10, deep ones more.
        assert!(losses.iter().all(|loss| (0.1..50.0).contains(loss)), "{name}: {losses:?}");
        count += 1;
    }
    assert!(count >= 14, "{count} configs");
}

#[test]
fn a_residual_network_loses_the_same_on_either_device() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    cifar(folder.path());
    let name = "configs/resnet20-cifar10.toml";
    let overrides = overrides(folder.path(), name);
    let overrides: Vec<&str> = overrides.iter().map(String::as_str).collect();
    let [cpu, gpu] = [Device::cpu(), gpu()].map(|device| losses(&mut session(name, &overrides, &device)));
    for (cpu, gpu) in cpu.iter().zip(&gpu) {
        assert!((cpu - gpu).abs() <= 1e-3 * cpu, "{cpu} on the CPU, {gpu} on the GPU");
    }
}
