//! How long a run is, what its steps are made of, and what is measured after its epochs, as a user meets them.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value;

use crate::common::binary::{folder, run, stderr, stdout, text};

/// Trains the digits' network, small, on the CPU; what is said on stderr.
pub fn train(out: &Path, changes: &[&str]) -> String {
    let small = ["model.layers.0.units=16", "train.batch_size=64", "optimizer.learning_rate=0.01"];
    let mut arguments = vec!["train", "--device", "cpu", "--out", text(out)];
    small.iter().chain(changes).for_each(|change| arguments.extend(["--set", change]));
    let output = run(&arguments);
    stdout(&output);
    stderr(&output)
}

/// Goes on with a run; what is said on stdout.
pub fn resume(out: &Path, changes: &[&str]) -> String {
    let mut arguments = vec!["train", "--resume", "--device", "cpu", "--out", text(out)];
    changes.iter().for_each(|change| arguments.extend(["--set", change]));
    stdout(&run(&arguments))
}

/// The lines of metrics.jsonl without what depends on the clock.
pub fn epochs(out: &Path) -> Vec<Value> {
    let lines = fs::read_to_string(out.join("metrics.jsonl")).expect("lines");
    let line = |line: &str| {
        let mut value: Value = serde_json::from_str(line).expect("JSON");
        let object = value.as_object_mut().expect("an object");
        for key in ["seconds", "examples_per_second", "crc32"] {
            object.remove(key);
        }
        value
    };
    lines.lines().map(line).collect()
}

pub fn weights(out: &Path, name: &str) -> Vec<u8> {
    fs::read(out.join("checkpoints").join(name)).expect("weights")
}

/// Every tensor of a run's newest checkpoint: weights, the optimizer's state, the best weights where they are kept. The
/// order of a file's metadata is no part of what it says.
pub fn state(out: &Path) -> BTreeMap<String, Vec<u8>> {
    let bytes = weights(out, "resume.safetensors");
    let file = safetensors::SafeTensors::deserialize(&bytes).expect("a checkpoint");
    let (_, header) = safetensors::SafeTensors::read_metadata(&bytes).expect("a checkpoint");
    let entry = |name: &str| header.metadata().as_ref().expect("metadata")[name].clone().into_bytes();
    let counted = ["updates", "sums", "owed", "schedule"].map(|name| (name.to_owned(), entry(name)));
    file.tensors().into_iter().map(|(name, tensor)| (name, tensor.data().to_vec())).chain(counted).collect()
}

pub fn summary(out: &Path) -> Value {
    serde_json::from_slice(&fs::read(out.join("summary.json")).expect("a summary")).expect("JSON")
}

/// 21 steps are an epoch of the digits.
#[test]
fn a_run_of_steps_ends_within_an_epoch_and_goes_on_to_the_same_bits() {
    let folder = folder();
    for sampling in ["permutation", "independent"] {
        let [whole, parts] = ["whole", "parts"].map(|name| folder.path().join(format!("{name}-{sampling}")));
        let sampling = format!("train.sampling={sampling}");
        train(&whole, &["train.steps=70", "train.log_steps=true", &sampling]);
        let lines = epochs(&whole);
        let steps: Vec<u64> = lines.iter().map(|line| line["step"].as_u64().expect("a step")).collect();
        assert_eq!(steps, [21, 42, 63, 70]);
        assert_eq!((&summary(&whole)["steps"], &summary(&whole)["epochs"]), (&70.into(), &4.into()));
        let config = fs::read_to_string(whole.join("config.toml")).expect("a config");
        assert!(config.contains("\nsteps = 70\n") && !config.contains("epochs"), "{config}");
        // The last figure is the mean over the seven steps that there were.
        let all = fs::read_to_string(whole.join("steps.jsonl")).expect("lines");
        let loss = |line: &str| serde_json::from_str::<Value>(line).expect("JSON")["loss"].as_f64().expect("a loss");
        let mean = all.lines().skip(63).map(loss).sum::<f64>() / 7.0;
        assert!((mean - lines[3]["train_loss"].as_f64().expect("a loss")).abs() < 1e-6);

        train(&parts, &["train.steps=50", "train.log_steps=true", &sampling]);
        assert_eq!(epochs(&parts).len(), 3);
        assert!(resume(&parts, &[]).contains("trained 50 steps"), "nothing is left to do");
        resume(&parts, &["train.steps=70"]);
        assert_eq!(epochs(&parts), lines);
        assert!(state(&parts) == state(&whole));
        let fewer = run(&["train", "--resume", "--out", text(&parts), "--device", "cpu", "--set", "train.steps=60"]);
        assert!(stderr(&fewer).contains("--set train.steps=60: the run has done 70 steps"), "{}", stderr(&fewer));
    }
    let [one, other] = ["permutation", "independent"].map(|sampling| folder.path().join(format!("whole-{sampling}")));
    assert!(weights(&one, "last.safetensors") != weights(&other, "last.safetensors"));
}

#[test]
fn schedules_take_steps_as_their_length() {
    let cosine = "optimizer.learning_rate={ schedule = 'cosine', initial = 0.1, final = 0.0 }";
    let said = stdout(&run(&["schedule", "--csv", "--set", "train.steps=70", "--set", cosine]));
    let last = said.lines().last().expect("a line");
    // ½(1 + cos(69/70·π))·0.1
    assert!(said.lines().count() == 71 && last.starts_with("70,5.03"), "{last}");
}

#[test]
fn what_is_measured_is_what_evaluation_finds() {
    let folder = folder();
    let out = folder.path().join("run");
    let said = train(&out, &["train.epochs=2", "train.measure=['train', 'test']"]);
    let line = said.lines().find(|line| line.starts_with("epoch   2/2")).expect("a line an epoch");
    let order: Vec<usize> =
        ["train ", "measured ", "dev ", "test "].iter().map(|name| line.find(name).expect("a part")).collect();
    assert!(order.is_sorted(), "{line}");
    let last = epochs(&out).pop().expect("two lines");
    for (split, name) in [("train", "measured_train"), ("test", "test"), ("dev", "dev")] {
        let found = stdout(&run(&["evaluate", text(&out), "--split", split, "--json", "--device", "cpu"]));
        let found: Value = serde_json::from_str(&found).expect("JSON");
        for figure in ["loss", "accuracy"] {
            assert_eq!(last[format!("{name}_{figure}")], found[figure], "{split} {last}");
        }
    }
    assert_ne!(last["train_loss"], last["measured_train_loss"]);
    let curves = fs::read_to_string(out.join("plots/loss.svg")).expect("a picture");
    assert!(curves.contains("training, measured") && curves.contains("test"), "every curve has its name");
    // To look changes nothing of what is trained.
    let plain = folder.path().join("plain");
    train(&plain, &["train.epochs=2"]);
    assert!(state(&out) == state(&plain));
    assert!(epochs(&plain)[0].get("test_loss").is_none());
}

#[test]
fn wrong_labels_are_where_they_are_wanted() {
    let folder = folder();
    let [clean, noisy] = [("clean", "['train']"), ("noisy", "['train', 'test']")].map(|(name, parts)| {
        let out = folder.path().join(name);
        train(&out, &["train.epochs=5", "data.label_noise=0.25", &format!("data.label_noise_in={parts}")]);
        out
    });
    assert!(weights(&clean, "last.safetensors") == weights(&noisy, "last.safetensors"), "they are trained on the same");
    let accuracy = |out: &Path| summary(out)["test"]["accuracy"].as_f64().expect("a share");
    let lost = accuracy(&clean) - accuracy(&noisy);
    // A quarter of the labels is wrong, and 9 of 10 answers were right before.
    assert!(accuracy(&clean) > 0.85 && (0.15..0.27).contains(&lost), "{} {lost}", accuracy(&clean));
    let again = stdout(&run(&["evaluate", text(&noisy), "--json", "--device", "cpu"]));
    let again: Value = serde_json::from_str(&again).expect("JSON");
    assert_eq!(again["accuracy"], summary(&noisy)["test"]["accuracy"]);
}

#[test]
fn a_drawn_subset_is_another_than_the_first() {
    let folder = folder();
    let [first, random] = ["first", "random"].map(|subset| {
        let out = folder.path().join(subset);
        train(&out, &["train.epochs=1", "data.train_limit=200", &format!("data.train_subset={subset}")]);
        out
    });
    assert!(weights(&first, "last.safetensors") != weights(&random, "last.safetensors"));
    resume(&random, &["train.epochs=2"]);
    assert_eq!(summary(&random)["train"]["examples"], 180);
}

#[test]
fn contradictions_are_told_at_their_place() {
    let folder = folder();
    let both = include_str!("../../configs/digits.toml").replace("epochs = 60", "epochs = 60\nsteps = 9");
    let config = folder.path().join("both.toml");
    fs::write(&config, both).expect("a file");
    let output = run(&["train", text(&config)]);
    assert!(stderr(&output).contains("both.toml:30:9: `steps` and `epochs` both say"), "{}", stderr(&output));
    for (changes, part) in [
        (&["train.shuffle=false", "train.sampling=independent"][..], "--set train.sampling: `shuffle = false`"),
        (&["train.steps=0"], "--set train.steps: `steps` must be an integer of at least 1"),
        (&["train.sampling=bootstrap"], "--set train.sampling: unknown sampling `bootstrap`"),
        (&["train.measure=['dev']"], "--set train.measure: unknown measure[0] `dev`"),
        (
            &["train.measure=['test']", "data.test=0"],
            "--set train.measure: the test set is to be measured, but there is no",
        ),
        (
            &["data.label_noise=0.1", "data.label_noise_in=[]"],
            "--set data.label_noise_in: labels are to be wrong, but in",
        ),
        (&["data.train_subset=last"], "--set data.train_subset: unknown train_subset `last`"),
    ] {
        let mut arguments = vec!["train"];
        changes.iter().for_each(|change| arguments.extend(["--set", change]));
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains(part), "{}", stderr(&output));
    }
}
