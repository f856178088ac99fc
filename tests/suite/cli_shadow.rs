//! `gradus train --shadow-cpu K`: the CPU twins in f64 beside the device, which takes no notice.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

fn train(out: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("gradus"));
    command.args(["train", "--out", out.to_str().expect("UTF-8")]).args(arguments).output().expect("the binary runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

/// The table's rows: step, loss, difference of the loss, difference of the parameters.
fn rows(output: &Output) -> Vec<[f64; 4]> {
    let said = text(&output.stdout);
    let after = said.lines().skip_while(|line| !line.trim_start().starts_with("step ")).skip(1);
    let row = |line: &str| {
        let numbers = line.split_whitespace().map_while(|word| word.parse().ok()).collect::<Vec<f64>>();
        <[f64; 4]>::try_from(numbers).ok()
    };
    after.map_while(row).collect()
}

/// Trains with a shadow and without; both end with the same bits.
fn agree(device: &str, steps: &str, sets: &[&str]) -> Vec<[f64; 4]> {
    let folder = tempfile::tempdir().expect("a folder");
    let (with, without) = (folder.path().join("with"), folder.path().join("without"));
    let mut arguments = vec!["--device", device];
    arguments.extend(sets.iter().flat_map(|set| ["--set", set]));
    let shadowed = train(&with, &[&arguments[..], &["--shadow-cpu", steps]].concat());
    assert!(shadowed.status.success(), "{}", text(&shadowed.stderr));
    let plain = train(&without, &arguments);
    assert!(plain.status.success(), "{}", text(&plain.stderr));
    assert!(rows(&plain).is_empty());
    for file in ["checkpoints/last.safetensors", "checkpoints/best.safetensors", "steps.jsonl"] {
        let read = |run: &Path| fs::read(run.join(file)).expect("a file of the run");
        assert!(read(&with) == read(&without), "{device}: {file} differs");
    }
    assert!(!text(&shadowed.stderr).contains("warning"), "{}", text(&shadowed.stderr));
    rows(&shadowed)
}

#[test]
fn a_shadow_changes_nothing_and_finds_nothing_but_rounding() {
    // Fifty steps are an epoch of 41 and a part of the next.
    let rows = agree("cpu", "50", &["train.epochs=2", "train.log_steps=true"]);
    assert_eq!(rows.iter().map(|row| row[0]).collect::<Vec<_>>(), [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 50.0]);
    for [step, loss, loss_difference, parameter_difference] in rows {
        assert!(loss > 0.1 && loss_difference < 1e-4 && parameter_difference < 1e-4, "step {step}");
        // f32 is not f64: a difference of nothing would be a comparison with itself.
        assert!(parameter_difference > 1e-9, "step {step}");
    }
}

#[test]
fn a_shadow_follows_a_gpu_through_dropout_and_running_figures() {
    let layers = "model.layers=[{op=\"dense\",units=32},{op=\"batch_norm\"},{op=\"relu\"},{op=\"dropout\",rate=0.3},\
                  {op=\"dense\",units=10}]";
    let sets = ["train.epochs=1", "train.log_steps=true", "train.batch_size=64", "optimizer.type=momentum", layers];
    let rows = agree("gpu", "8", &sets);
    assert_eq!(rows.len(), 4);
    assert!(rows.iter().all(|row| row[2] < 1e-4 && row[3] < 1e-4), "{rows:?}");
}

#[test]
fn the_step_at_which_they_part_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let sets = ["--device", "cpu", "--set", "optimizer.learning_rate=0.3", "--set", "optimizer.type=momentum"];
    let output =
        train(&folder.path().join("run"), &[&sets[..], &["--set", "train.epochs=10", "--shadow-cpu", "1000"]].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    // The run ends after 410 steps, and so does its shadow.
    assert_eq!(rows(&output).last().expect("a table")[0], 410.0);
    let said = text(&output.stderr);
    assert!(said.contains("warning: the device and the CPU twins part at step"), "{said}");
    assert!(said.contains("ReLU"), "{said}");
}

#[test]
fn a_resumed_run_has_a_shadow_from_where_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    assert!(train(&out, &["--device", "cpu", "--set", "train.epochs=1"]).status.success());
    let more = ["--device", "cpu", "--resume", "--set", "train.epochs=2", "--shadow-cpu", "3"];
    let output = train(&out, &more);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(rows(&output).iter().map(|row| row[0]).collect::<Vec<_>>(), [42.0, 43.0, 44.0]);
    for wrong in [&["--shadow-cpu", "0"][..], &["--shadow-cpu", "3", "--dry-run"]] {
        assert_eq!(train(&folder.path().join("none"), wrong).status.code(), Some(2));
    }
}
