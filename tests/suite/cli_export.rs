//! `gradus export` as a user runs it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use crate::common::binary::{run, stderr, text};
use gradus::onnx::messages::Model;
use prost::Message;

/// A folder of this test's own with a run in it, whose network normalises batches.
fn trained(arguments: &[&str]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("run");
    let layers =
        "model.layers=[{op='dense',units=16,name='a'},{op='batch_norm',activation='relu'},{op='dense',units=10}]";
    let first = ["train", "--device", "cpu", "--out", text(&out), "--set", "train.epochs=2", "--set", layers];
    let output = run(&[&first[..], arguments].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    (folder, out)
}

fn export(run_directory: &Path, format: &str, out: &Path, arguments: &[&str]) -> Output {
    run(&[&["export", text(run_directory), "--format", format, "--out", text(out)], arguments].concat())
}

fn tensors(bytes: &[u8]) -> Vec<(String, Vec<usize>, Vec<u8>)> {
    let tensors = safetensors::SafeTensors::deserialize(bytes).expect("safetensors");
    let of = |(name, tensor): (&str, safetensors::tensor::TensorView)| {
        (name.to_owned(), tensor.shape().to_vec(), tensor.data().to_vec())
    };
    let mut all: Vec<_> = tensors.iter().map(of).collect();
    all.sort();
    all
}

#[test]
fn weights_are_exported_as_a_state_dict_and_never_over_a_file() {
    let (folder, run_directory) = trained(&["--set", "optimizer.ema=0.9"]);
    let out = folder.path().join("weights.safetensors");
    let output = export(&run_directory, "safetensors", &out, &["--checkpoint", "last"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let read = |name: &str| fs::read(run_directory.join("checkpoints").join(name)).expect("a checkpoint");
    let exported = fs::read(&out).expect("it was written");
    assert_eq!(tensors(&exported), tensors(&read("last.safetensors")));
    let names: Vec<String> = tensors(&exported).into_iter().map(|(name, ..)| name).collect();
    let norm = ["bias", "running_mean", "running_var", "weight"].map(|name| format!("layers.1.{name}"));
    let whole = [&["a.bias".into(), "a.weight".into()], &norm[..], &["layers.2.bias".into(), "layers.2.weight".into()]];
    assert_eq!(names, whole.concat());
    let (_, header) = safetensors::SafeTensors::read_metadata(&exported).expect("safetensors");
    assert_eq!(header.metadata().as_ref().and_then(|entries| entries.get("format")).map(String::as_str), Some("pt"));

    let output = export(&run_directory, "safetensors", &out, &[]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("--force"), "{}", stderr(&output));
    assert_eq!(fs::read(&out).expect("it is still there"), exported);
    // Without --checkpoint it is the average, which a run with an average is evaluated with.
    let output = export(&run_directory, "safetensors", &out, &["--force"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(tensors(&fs::read(&out).expect("it was written")), tensors(&read("ema.safetensors")));
    // Another run can begin there.
    let initial = format!("model.initial_weights={}", text(&out));
    trained(&["--set", &initial]);
}

#[test]
fn a_network_is_exported_with_its_normalisation_and_without_its_data() {
    let (folder, run_directory) = trained(&["--set", "data.normalize=standard"]);
    let out = folder.path().join("network.onnx");
    let output = export(&run_directory, "onnx", &out, &["--set", "data.dev=100000"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stderr(&output).contains("from 0 to 16"), "{}", stderr(&output));
    let model = Model::decode(&fs::read(&out).expect("it was written")[..]).expect("a model");
    let graph = model.graph.expect("a graph");
    assert_eq!(graph.name, "digits");
    let ops: Vec<&str> = graph.node.iter().map(|node| node.op_type.as_str()).collect();
    assert_eq!(ops, ["Mul", "Add", "Flatten", "Gemm", "BatchNormalization", "Relu", "Gemm", "Softmax"]);
    let shapes = graph.input.iter().chain(&graph.output).map(|value| (value.name.as_str(), value.shape()));
    let expected = [("input", Some(vec![1, 8, 8])), ("logits", Some(vec![10])), ("probabilities", Some(vec![10]))];
    assert_eq!(shapes.collect::<Vec<_>>(), expected);
    let weights = fs::read(run_directory.join("checkpoints/last.safetensors")).expect("a checkpoint");
    for (name, shape, bytes) in tensors(&weights) {
        let constant = graph.initializer.iter().find(|constant| constant.name == name).expect("every tensor");
        assert_eq!(constant.dims, shape.iter().map(|&extent| extent as i64).collect::<Vec<_>>());
        assert_eq!(constant.raw_data, bytes, "{name}");
    }
}

#[test]
fn mistakes_are_named_and_have_their_codes() {
    let (folder, run_directory) = trained(&[]);
    let out = folder.path().join("out");
    for (output, code, part) in [
        (export(folder.path(), "onnx", &out, &[]), 2, "no run directory"),
        (export(&run_directory, "onyx", &out, &[]), 2, "onnx"),
        (export(&run_directory, "onnx", &out, &["--checkpoint", "ema"]), 3, "ema.safetensors"),
        (export(&run_directory, "onnx", &folder.path().join("no/where"), &[]), 1, "no/where"),
    ] {
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        assert!(stderr(&output).contains(part), "{part}: {}", stderr(&output));
        assert!(!out.exists());
    }
    fs::write(run_directory.join("checkpoints/last.safetensors"), "no weights").expect("a file");
    assert_eq!(export(&run_directory, "safetensors", &out, &[]).status.code(), Some(3));
}
