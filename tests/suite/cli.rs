//! The binary as a user runs it: what it writes, what it says, how it exits.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use crate::common::binary::{gradus, run, stderr, stdout};
use serde_json::Value;

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", stderr(output));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// A folder of this test's own, which is gone when the test ends.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

fn train(out: &Path, arguments: &[&str]) -> Output {
    run(&[&["train", "--device", "cpu", "--out", text(out)], arguments].concat())
}

#[test]
fn train_leaves_a_run_directory_that_evaluate_reads() {
    let folder = folder();
    let out = folder.path().join("run");
    let output = train(&out, &["--set", "train.log_steps=true", "--set", "train.epochs=3"]);
    assert!(output.status.success(), "{}", stderr(&output));
    for file in ["config.toml", "metrics.jsonl", "steps.jsonl", "summary.json", "plots/loss.svg", "plots/accuracy.svg"]
    {
        assert!(out.join(file).is_file(), "{file} is missing");
    }
    let read = |name: &str| fs::read_to_string(out.join(name)).expect("a file of the run");
    let metrics: Vec<Value> = read("metrics.jsonl").lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    assert_eq!(metrics.len(), 3);
    for key in
        ["epoch", "step", "learning_rate", "train_loss", "dev_loss", "train_accuracy", "seconds", "examples_per_second"]
    {
        assert!(metrics[2][key].is_number(), "{key}");
    }
    let steps: Vec<Value> = read("steps.jsonl").lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    assert_eq!(steps[0]["step"], 1);
    assert_eq!(steps.len() as u64, metrics[2]["step"].as_u64().expect("a number"));
    let summary: Value = serde_json::from_str(&read("summary.json")).expect("JSON");
    let test = json(&run(&["evaluate", text(&out), "--json", "--device", "cpu"]));
    assert_eq!(test["split"], "test");
    assert_eq!(test["examples"], 359);
    assert_eq!(test["loss"], summary["test"]["loss"]);
    assert_eq!(test["accuracy"], summary["test"]["accuracy"]);
}

#[test]
fn weights_have_the_names_and_layouts_of_a_state_dict_and_start_a_run() {
    let folder = folder();
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    assert!(train(&first, &["--set", "train.epochs=1"]).status.success());
    let file = first.join("checkpoints/last.safetensors");
    let bytes = fs::read(&file).expect("weights");
    let tensors = safetensors::SafeTensors::deserialize(&bytes).expect("safetensors");
    let mut names = tensors.names();
    names.sort_unstable();
    assert_eq!(names, ["layers.0.bias", "layers.0.weight", "layers.1.bias", "layers.1.weight"]);
    assert_eq!(tensors.tensor("layers.0.weight").expect("it is there").shape(), [256, 64]);
    assert_eq!(tensors.tensor("layers.1.bias").expect("it is there").shape(), [10]);
    // A run that starts there and learns nothing has the same weights.
    let initial = format!("model.initial_weights={}", text(&file));
    let still = ["--set", &initial, "--set", "train.epochs=1", "--set", "optimizer.learning_rate=1e-30"];
    assert!(train(&second, &still).status.success());
    assert_eq!(fs::read(second.join("checkpoints/last.safetensors")).expect("weights"), bytes);
}

#[test]
fn the_resolved_config_repeats_the_run() {
    let folder = folder();
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    assert!(train(&first, &["--set", "train.epochs=2", "--set", "seed=9"]).status.success());
    let config = first.join("config.toml");
    assert!(train(&second, &[text(&config)]).status.success());
    let same = |name: &str| fs::read(first.join(name)).expect("a file") == fs::read(second.join(name)).expect("a file");
    assert!(same("config.toml"));
    assert!(same("checkpoints/last.safetensors"));
}

#[test]
fn a_run_is_never_overwritten() {
    let folder = folder();
    fs::write(folder.path().join("precious"), "mine").expect("a file");
    let output = train(folder.path(), &["--set", "train.epochs=1"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("not empty"), "{}", stderr(&output));
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
}

#[test]
fn an_interrupted_run_is_saved_and_resumed_to_the_same_bits() {
    let folder = folder();
    let (whole, broken) = (folder.path().join("whole"), folder.path().join("broken"));
    let settings = ["--set", "train.epochs=400", "--set", "train.log_steps=true"];
    assert!(train(&whole, &settings).status.success());
    let mut child = gradus()
        .args([&["train", "--device", "cpu", "--out", text(&broken)], &settings[..]].concat())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    // Once the first epoch is written, the run can be stopped.
    while !broken.join("checkpoints/resume.safetensors").is_file() {
        assert!(child.try_wait().expect("a child").is_none(), "it ended too early");
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let kill = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill");
    assert!(kill.success());
    assert_eq!(child.wait().expect("a child").code(), Some(143));
    let mut said = String::new();
    child.stderr.take().expect("piped").read_to_string(&mut said).expect("text");
    assert!(said.contains("--resume"), "{said}");
    let output = train(&broken, &["--resume"]);
    assert!(output.status.success(), "{}", stderr(&output));
    for name in ["checkpoints/last.safetensors", "checkpoints/best.safetensors", "steps.jsonl"] {
        let read = |run: &PathBuf| fs::read(run.join(name)).expect("a file of the run");
        assert!(read(&whole) == read(&broken), "{name} differs");
    }
}

#[test]
fn mistakes_in_a_config_are_one_message_with_its_place() {
    // What is set, and what the message must say.
    let cases = [
        ("model.layers.0.unit=3", "did you mean `units`"),
        ("model.layers.0.units=0", "--set model.layers.0.units"),
        ("model.layers.0.units=many", "units"),
        ("model.layers.0.activation=rellu", "did you mean `relu`"),
        ("model.layers.0.op=dens", "did you mean `dense`"),
        ("model.layers.7.units=3", "model.layers"),
        ("optimizer.type=adm", "did you mean `adam`"),
        ("optimizer.learning_rate=nan", "learning_rate"),
        ("optimizer.learning_rate=-1", "learning_rate"),
        ("optimizer.beta1=1.5", "beta1"),
        ("optimizer.momentun=0.9", "unknown key"),
        ("model.loss=categorial", "did you mean `categorical`"),
        ("data.source=digit", "did you mean `digits`"),
        ("data.label_noise=1.5", "label_noise"),
        ("train.epochs=0", "epochs"),
        ("train.epoch=3", "did you mean `epochs`"),
        ("model.layers.1.units=11", "units = 10"),
        ("model.layers.1.inputs=[\"layers.1\"]", "circle"),
        ("model.layers.1.inputs=[\"nothing\"]", "unknown input"),
        ("nonsense", "KEY=VALUE"),
    ];
    for (set, expected) in cases {
        let output = run(&["train", "--device", "cpu", "--dry-run", "--set", set]);
        assert_eq!(output.status.code(), Some(2), "{set}: {}", stderr(&output));
        let message = stderr(&output);
        assert!(message.contains(expected), "{set}: {message}");
        assert_eq!(message.lines().filter(|line| line.starts_with("error: ")).count(), 1, "{set}: {message}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn a_mistake_in_a_file_has_line_and_column() {
    let folder = folder();
    let path = folder.path().join("wrong.toml");
    let right =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/digits.toml")).expect("a config");
    fs::write(&path, right.replace("units = 10", "unit = 10")).expect("a file");
    let output = run(&["train", text(&path)]);
    assert_eq!(output.status.code(), Some(2));
    let line = right.lines().position(|line| line.starts_with("units = 10")).expect("it is there") + 1;
    assert!(stderr(&output).contains(&format!("wrong.toml:{line}:1")), "{}", stderr(&output));
    assert_eq!(run(&["train", "missing.toml"]).status.code(), Some(2));
}

#[test]
fn bad_data_names_file_and_row_and_writes_nothing() {
    let folder = folder();
    let out = folder.path().join("run");
    let csv = folder.path().join("ragged.csv");
    fs::write(&csv, "1,2,0\n3,4,1\n5,6\n").expect("a file");
    let path = format!("data.path={}", text(&csv));
    let output = train(&out, &["--set", "data.source=csv", "--set", "data.normalize=none", "--set", &path]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("ragged.csv, row 3"), "{}", stderr(&output));
    let output = train(&out, &["--set", "data.source=fashion-mnist", "--set", "data.path=/nowhere"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let weights = folder.path().join("none.safetensors");
    let set = format!("model.initial_weights={}", text(&weights));
    assert_eq!(train(&out, &["--set", &set]).status.code(), Some(3));
    assert!(!out.exists(), "nothing is left behind");
}

#[test]
fn a_missing_adapter_is_named_with_those_that_there_are() {
    let output = run(&["train", "--dry-run", "--adapter", "no such thing"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(stderr(&output).contains("no adapter `no such thing`; there is 0: "), "{}", stderr(&output));
    let hidden = gradus()
        .args(["train", "--dry-run", "--device", "gpu"])
        .env("VK_DRIVER_FILES", "/nowhere")
        .env("VK_ICD_FILENAMES", "/nowhere")
        .output()
        .expect("the binary runs");
    assert_eq!(hidden.status.code(), Some(4), "{}", stderr(&hidden));
}

#[test]
fn a_buffer_over_the_adapters_limit_is_refused_before_training() {
    let output = run(&["train", "--dry-run", "--device", "gpu", "--set", "model.layers.0.units=40000000"]);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    assert!(stderr(&output).contains("binds at most"), "{}", stderr(&output));
}

#[test]
fn an_exploding_loss_ends_the_run() {
    let folder = folder();
    let set = ["--set", "optimizer.type=sgd", "--set", "optimizer.learning_rate=1e30"];
    let output = train(&folder.path().join("run"), &set);
    assert_eq!(output.status.code(), Some(5), "{}", stderr(&output));
    assert!(stderr(&output).contains("at step"), "{}", stderr(&output));
}

#[test]
fn a_closed_stdout_is_no_crash() {
    let mut child = gradus().arg("explain").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn summary_devices_explain_and_verify_speak_json_or_text() {
    let summary = json(&run(&["summary", "--json"]));
    assert_eq!(summary["parameters"], 64 * 256 + 256 + 2560 + 10);
    assert_eq!(summary["layers"][1]["output"], serde_json::json!([10]));
    assert_eq!(summary["layers"][0]["multiply_adds"], 64 * 256);
    assert!(summary["memory_bytes"].as_u64().is_some_and(|bytes| bytes > 100_000));
    // Without the data, just the network counts.
    let set = ["--set", "data.path=/nowhere", "--set", "data.source=fashion-mnist"];
    let resnet = [&["summary", "configs/resnet20-cifar10.toml", "--json", "--input", "3,32,32"], &set[..]].concat();
    assert_eq!(json(&run(&resnet))["parameters"], 269_722);
    let devices = json(&run(&["devices", "--json"]));
    assert!(devices[0]["name"].is_string(), "{devices}");
    let explained = run(&["explain"]);
    assert!(stdout(&explained).contains("matmul_tn"), "{}", stdout(&explained));
    let verified = json(&run(&["verify", "--only", "sum", "--json"]));
    assert_eq!(verified["failed"], 0);
    assert!(verified["worst"]["sum"].is_number());
    let unknown = run(&["verify", "--only", "matmul_nm"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("did you mean"), "{}", stderr(&unknown));
}
