//! `gradus plot`: which pictures it draws, what is in them, and what it says of damaged runs.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::common::binary::{run_in as gradus, stderr};

/// A short run on the digits, as `NAME` in the folder.
fn train(folder: &Path, name: &str, sets: &[&str]) -> PathBuf {
    let mut arguments = vec!["train", "--device", "cpu", "--out", name, "--set", "train.epochs=3"];
    arguments.extend(sets.iter().flat_map(|set| ["--set", set]));
    let output = gradus(folder, &arguments);
    assert!(output.status.success(), "{}", stderr(&output));
    folder.join(name)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// How many lines of a colour a picture has that are no longer than a legend's.
fn polylines(svg: &str, colour: &str) -> usize {
    svg.split("<polyline").filter(|line| line.contains(&format!("stroke=\"{colour}\""))).count()
}

#[test]
fn one_run_is_drawn_into_its_own_plots() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = train(folder.path(), "run", &["train.log_steps=true", "name=mine"]);
    let drawn = read(&run.join("plots/loss.svg"));
    let output = gradus(folder.path(), &["plot", "run"]);
    assert!(output.status.success(), "{}", stderr(&output));
    for file in ["loss", "accuracy", "loss-by-step", "learning-rate"] {
        assert!(read(&run.join(format!("plots/{file}.svg"))).contains("mine: "), "{file}");
    }
    assert_eq!(read(&run.join("plots/loss.svg")), drawn, "the same picture as the run drew itself");
    assert!(drawn.contains("training") && drawn.contains("development"), "{drawn}");
    assert!(!folder.path().join("plots").exists());
}

#[test]
fn several_runs_are_told_apart_by_what_differs() {
    let folder = tempfile::tempdir().expect("a folder");
    train(folder.path(), "first", &["optimizer.learning_rate=0.003", "name=a"]);
    train(folder.path(), "second", &["optimizer.learning_rate=0.0001", "name=b"]);
    let output = gradus(folder.path(), &["plot", "first", "second"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let svg = read(&folder.path().join("plots/loss.svg"));
    for label in ["learning_rate=0.003", "learning_rate=0.0001", "development", "training"] {
        assert!(svg.contains(label), "{label}: {svg}");
    }
    // A solid curve and its line in the legend, and the dashes of the other curve.
    for colour in ["#0072B2", "#D55E00"] {
        assert!(polylines(&svg, colour) > 4, "{colour}: {svg}");
    }
    // Without steps.jsonl there are no pictures by step.
    assert!(!folder.path().join("plots/learning-rate.svg").exists());
    let output = gradus(folder.path(), &["plot", "first", "second", "--out", "both.svg"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let both = read(&folder.path().join("both.svg"));
    assert!(both.contains(">\nloss\n<") && both.contains(">\naccuracy\n<"), "{both}");
}

#[test]
fn a_damaged_or_missing_file_is_named_with_its_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = train(folder.path(), "run", &["train.log_steps=true"]);
    let metrics = read(&run.join("metrics.jsonl"));
    let fails = |code: i32, expected: &str| {
        let output = gradus(folder.path(), &["plot", "run"]);
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        assert!(stderr(&output).contains(expected), "{expected}: {}", stderr(&output));
    };
    fs::write(run.join("metrics.jsonl"), metrics.replacen("{\"", "{", 2)).expect("a file");
    fails(3, "metrics.jsonl:1: not JSON");
    let second = metrics.lines().nth(1).expect("three epochs");
    fs::write(run.join("metrics.jsonl"), metrics.replace(second, "{\"epoch\":2,\"step\":\"x\"}")).expect("a file");
    fails(3, "metrics.jsonl:2: `step` must be a number, found \"x\"");
    // A run that is writing its last line now is not damaged.
    fs::write(run.join("metrics.jsonl"), format!("{metrics}{{\"epoch\":4,")).expect("a file");
    assert!(gradus(folder.path(), &["plot", "run"]).status.success());
    fs::remove_file(run.join("metrics.jsonl")).expect("it was there");
    fails(3, "metrics.jsonl: missing");
    fs::write(run.join("metrics.jsonl"), "").expect("a file");
    fails(3, "metrics.jsonl: cut off: the run ended after 3 epochs");
    fs::write(run.join("steps.jsonl"), "").expect("a file");
    fs::remove_file(run.join("summary.json")).expect("it was there");
    fails(3, "nothing to draw");
    fs::write(run.join("config.toml"), "name = \"x\"\nseed = = 3\n").expect("a file");
    fails(3, "config.toml:2: not valid TOML");
    fs::remove_file(run.join("config.toml")).expect("it was there");
    fails(2, "no run directory");
}
