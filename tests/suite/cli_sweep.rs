//! `gradus sweep`: a directory and a row a run, whatever was interrupted, shared out or went wrong.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use crate::common::binary::{folder, stderr};
use serde_json::Value;

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("gradus"));
    command.current_dir(folder).args(["sweep", "--device", "cpu"]).args(arguments);
    command
}

fn sweep(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().expect("the binary runs")
}

/// The table, a map from column to field for each row.
fn table(folder: &Path) -> Vec<std::collections::HashMap<String, String>> {
    csv::Reader::from_path(folder.join("sweep.csv"))
        .expect("a table")
        .deserialize()
        .map(|row| row.expect("a row with a field for each column"))
        .collect()
}

fn runs(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("readable"));
    entries.filter(|entry| entry.path().is_dir()).map(|entry| entry.file_name().into_string().expect("UTF-8")).collect()
}

fn weights(run: &Path) -> Vec<u8> {
    fs::read(run.join("checkpoints/last.safetensors")).expect("weights")
}

const RATES: &str = "optimizer.learning_rate=1e-3,3e-3";
const SHORT: &str = "train.epochs=2";

#[test]
fn every_choice_is_a_run_and_a_row() {
    let folder = folder();
    let arguments = ["--grid", RATES, "--grid", "seed=1,2", "--set", SHORT, "--out", "s"];
    let output = sweep(folder.path(), &arguments);
    assert!(output.status.success(), "{}", stderr(&output));
    let out = folder.path().join("s");
    let names = ["0.001,seed=1", "0.001,seed=2", "0.003,seed=1", "0.003,seed=2"].map(|n| format!("learning_rate={n}"));
    assert_eq!(runs(&out), BTreeSet::from(names.clone()));
    let rows = table(&out);
    assert_eq!(rows.iter().map(|row| row["run"].clone()).collect::<Vec<_>>(), names);
    for row in &rows {
        assert_eq!((&row["status"][..], &row["epochs"][..]), ("finished", "2"));
        let run = out.join(&row["run"]);
        let summary = fs::read_to_string(run.join("summary.json")).expect("a summary");
        let summary: Value = serde_json::from_str(&summary).expect("JSON");
        let number = |key: &str| row[key].parse::<f64>().expect("a number");
        assert_eq!(number("dev_loss"), summary["dev"]["loss"].as_f64().expect("a number"));
        assert_eq!(number("test_accuracy"), summary["test"]["accuracy"].as_f64().expect("a number"));
        assert_eq!(number("seed"), summary["seed"].as_f64().expect("a number"));
        assert!(number("best_loss") <= number("dev_loss"));
    }
    let svg = fs::read_to_string(out.join("sweep.svg")).expect("a picture");
    for text in ["optimizer.learning_rate", "0.003", "loss after the last epoch", "accuracy after the last epoch"] {
        assert!(svg.contains(text), "{text}: {svg}");
    }
    let said = String::from_utf8(output.stdout).expect("text");
    assert!(said.contains("(2 seeds)") && said.contains("4 runs finished, 0 diverged, 0 are left"), "{said}");
    // A run of a sweep is the run that `train` makes of the same settings.
    let single = Command::new(assert_cmd::cargo::cargo_bin!("gradus"))
        .current_dir(folder.path())
        .args(["train", "--device", "cpu", "--out", "single", "--set", "optimizer.learning_rate=3e-3"])
        .args(["--set", "seed=2", "--set", SHORT])
        .output();
    assert!(single.expect("it runs").status.success());
    assert_eq!(weights(&folder.path().join("single")), weights(&out.join(&names[3])));
    // Nothing is left to do, and nothing is done.
    let before = fs::metadata(out.join(&names[0]).join("summary.json")).and_then(|m| m.modified()).expect("a time");
    let again = sweep(folder.path(), &arguments);
    assert!(stderr(&again).matches(", before").count() == 4, "{}", stderr(&again));
    let after = fs::metadata(out.join(&names[0]).join("summary.json")).and_then(|m| m.modified()).expect("a time");
    assert_eq!(before, after);
    // The folder holds these runs and no others.
    let other = sweep(folder.path(), &[&arguments[..], &["--set", "optimizer.beta1=0.5"]].concat());
    assert_eq!(other.status.code(), Some(2), "{}", stderr(&other));
    assert!(stderr(&other).contains("optimizer.beta1 is 0.9, and would be 0.5"), "{}", stderr(&other));
}

#[test]
fn a_killed_sweep_goes_on_from_its_checkpoint_to_the_same_bits() {
    let folder = folder();
    let settings = ["--grid", RATES, "--set", "train.epochs=60", "--set", "train.log_steps=true"];
    let with = |out: &'static str| [&settings[..], &["--out", out]].concat();
    assert!(sweep(folder.path(), &with("whole")).status.success());
    for (signal, code) in [("-TERM", Some(143)), ("-KILL", None)] {
        let out = folder.path().join("broken");
        let mut child = command(folder.path(), &with("broken"))
            .stderr(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("it runs");
        let second = out.join("learning_rate=0.003");
        // SIGTERM comes in the first run, SIGKILL in the second.
        let run = if code.is_some() { out.join("learning_rate=0.001") } else { second.clone() };
        while !run.join("checkpoints/resume.safetensors").is_file() {
            assert!(child.try_wait().expect("a child").is_none(), "it ended too early");
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        let kill = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill");
        assert!(kill.success());
        assert_eq!(child.wait().expect("a child").code(), code);
        assert!(!second.join("summary.json").is_file());
        if code.is_some() {
            let status: Vec<String> = table(&out).iter().map(|row| row["status"].clone()).collect();
            assert_eq!(status, ["unfinished", "waiting"]);
        }
    }
    let output = sweep(folder.path(), &with("broken"));
    assert!(output.status.success(), "{}", stderr(&output));
    for run in ["learning_rate=0.001", "learning_rate=0.003"] {
        let read = |sweep: &str, file: &str| fs::read(folder.path().join(sweep).join(run).join(file)).expect("a file");
        for file in ["checkpoints/last.safetensors", "checkpoints/best.safetensors", "steps.jsonl"] {
            assert!(read("whole", file) == read("broken", file), "{run}/{file} differs");
        }
    }
    let rows = table(&folder.path().join("broken"));
    assert!(rows.iter().all(|row| row["status"] == "finished" && row["epochs"] == "60"), "{rows:?}");
}

#[test]
fn shards_are_disjoint_and_together_all() {
    let folder = folder();
    let grids = ["--grid", "seed=1,2,3,4,5", "--set", "train.epochs=1", "--out", "s", "--shard"];
    let out = folder.path().join("s");
    let mut before = BTreeSet::new();
    for (shard, count) in [("1/3", 2), ("2/3", 2), ("3/3", 1)] {
        let output = sweep(folder.path(), &[&grids[..], &[shard]].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        assert!(!stderr(&output).contains(", before"), "{}", stderr(&output));
        let now = runs(&out);
        assert_eq!(now.difference(&before).count(), count, "{shard}");
        before = now;
        let done = table(&out).iter().filter(|row| row["status"] == "finished").count();
        assert_eq!((done, table(&out).len()), (before.len(), 5), "every job's table has all rows");
    }
    for shard in ["0/3", "4/3", "x"] {
        let output = sweep(folder.path(), &[&grids[..], &[shard]].concat());
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains("I counts from 1"), "{}", stderr(&output));
    }
}

#[test]
fn a_mistake_is_found_before_the_first_run() {
    let folder = folder();
    for (grids, expected) in [
        (&["optimizer.learning_rate=1e-3,-1"][..], "--grid optimizer.learning_rate=-1: "),
        (&["optimizer.learning_rat=1e-3"], "did you mean `learning_rate`"),
        (&["model.layers.1.units=10,11"], "units = 10 (with model.layers.1.units=11)"),
        (&["model.layers.0.activation=relu,rellu"], "did you mean `relu`"),
        (&["seed=1,2", "seed=3"], "--grid seed: the key is there twice"),
        (&["seed=1,1"], "--grid seed: 1 is there twice"),
        (&["seed"], "--grid seed: no values; write --grid KEY=VALUE"),
        (&["optimizer.type=adam,sgd", "optimizer.beta1=0.5,0.9"], "optimizer.type=sgd"),
    ] {
        let grids: Vec<&str> = grids.iter().flat_map(|grid| ["--grid", grid]).collect();
        let output = sweep(folder.path(), &[&grids[..], &["--out", "s", "--set", SHORT]].concat());
        assert_eq!(output.status.code(), Some(2), "{grids:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(expected), "{grids:?}: {}", stderr(&output));
        assert!(!folder.path().join("s").exists(), "{grids:?} left something behind");
    }
    assert_eq!(sweep(folder.path(), &["--out", "s"]).status.code(), Some(2), "a sweep needs a grid");
    let wide = ["sweep", "--device", "gpu", "--grid", "model.layers.0.units=8,40000000", "--out", "s"];
    let output = Command::new(assert_cmd::cargo::cargo_bin!("gradus"))
        .current_dir(folder.path())
        .args(wide)
        .output()
        .expect("the binary runs");
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    assert!(stderr(&output).contains("leave out model.layers.0.units=40000000"), "{}", stderr(&output));
    assert!(!folder.path().join("s").exists(), "the narrow one was not trained either");
    let output = sweep(folder.path(), &["--grid", "model.initial_weights=,none.safetensors", "--out", "s"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    let output = sweep(folder.path(), &["--grid", "model.initial_weights=\"\",none.safetensors", "--out", "s"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(!folder.path().join("s").exists());
    // Data is wrong in its own way.
    let output = sweep(folder.path(), &["--grid", "data.path=/nowhere", "--set", "data.source=npy"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
}

#[test]
fn a_run_that_diverges_is_a_row_and_the_sweep_goes_on() {
    let folder = folder();
    let arguments = ["--grid", "optimizer.learning_rate=1e30,0.1", "--set", "optimizer.type=sgd", "--set", SHORT];
    for again in [false, true] {
        let output = sweep(folder.path(), &arguments);
        assert!(output.status.success(), "{}", stderr(&output));
        let diverged = stderr(&output)
            .lines()
            .any(|line| line.contains("learning_rate=1e30: diverged") && line.ends_with(", before") == again);
        assert!(diverged, "{}", stderr(&output));
    }
    // Without --out the folder has the config's name.
    let out: PathBuf = folder.path().join("sweeps/digits");
    let status: Vec<String> = table(&out).iter().map(|row| row["status"].clone()).collect();
    assert_eq!(status, ["diverged", "finished"]);
    assert!(fs::read_to_string(out.join("sweep.svg")).expect("a picture").contains("diverged"));
}

#[test]
fn values_may_be_tables_with_commas() {
    let folder = folder();
    let grid = "optimizer.learning_rate=0.01,{ schedule = \"cosine\", initial = 0.01, final = 0.0 }";
    let output = sweep(folder.path(), &["--grid", grid, "--set", SHORT, "--out", "s"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let out = folder.path().join("s");
    assert_eq!(runs(&out).len(), 2);
    let cosine = runs(&out).into_iter().find(|run| run.contains("schedule-cosine")).expect("a run with a schedule");
    assert!(fs::read_to_string(out.join(cosine).join("config.toml")).expect("a config").contains("cosine"));
    assert_eq!(table(&out).len(), 2);
}
