//! Data that are made up from the seed, and maps of features, as a user meets them: train, predict raw rows, evaluate,
//! export, resume.

use std::{fs, path::Path};

use crate::common::binary::{folder, run, stderr, stdout, text};

/// Trains the digits' network on another source.
fn train(out: &Path, changes: &[&str]) -> String {
    let mut arguments = vec!["train", "--device", "cpu", "--out", text(out)];
    let common =
        ["data.normalize=standard", "model.layers.0.units=16", "train.epochs=3", "optimizer.learning_rate=0.01"];
    common.iter().chain(changes).for_each(|change| arguments.extend(["--set", change]));
    stdout(&run(&arguments))
}

const MOONS: [&str; 3] = ["data.source=moons", "data.examples=200", "model.layers.1.units=2"];
const POWERS: &str = "data.features={ map = 'polynomial', degree = 3 }";
const WAVES: &str = "data.features={ map = 'fourier', count = 40, bandwidth = 0.5 }";

/// A table of the points of two columns, with their classes.
const POINTS: &str = "0.0,1.0,0\n1.0,-0.5,1\n-0.9,0.2,0\n1.9,0.3,1\n";

#[test]
fn every_made_up_source_trains() {
    let folder = folder();
    for (source, units, loss) in [
        ("polynomial", 1, "normal"),
        ("sine", 1, "normal"),
        ("clusters", 3, "categorical"),
        ("spiral", 3, "categorical"),
        ("circles", 2, "categorical"),
    ] {
        let changes = [
            &format!("data.source={source}"),
            &format!("model.layers.1.units={units}"),
            &format!("model.loss={loss}"),
            "data.examples=100",
        ];
        let said = train(&folder.path().join(source), &changes);
        assert!(said.contains("over 20 examples"), "{said}");
        let config = fs::read_to_string(folder.path().join(source).join("config.toml")).expect("a config");
        assert!(config.contains("\nexamples = 100\n") && config.contains("\nnoise = "), "{config}");
    }
}

#[test]
fn raw_rows_are_mapped_as_the_run_maps_them() {
    let folder = folder();
    let table = folder.path().join("points.csv");
    fs::write(&table, POINTS).expect("a file");
    for (name, map) in [("plain", ""), ("powers", POWERS), ("waves", WAVES)] {
        let out = folder.path().join(name);
        let more: Vec<&str> = MOONS.into_iter().chain(Some(map).filter(|map| !map.is_empty())).collect();
        let said = train(&out, &[&more[..], &["train.epochs=30"]].concat());
        // The same examples again, from the seed alone.
        let again = stdout(&run(&["evaluate", text(&out), "--device", "cpu"]));
        let of = |said: &str| {
            said.lines().find(|line| line.starts_with("test")).map(|line| line.contains("over 40 examples"))
        };
        assert_eq!((of(&said), of(&again)), (Some(true), Some(true)), "{said}{again}");
        let predicted = stdout(&run(&["predict", text(&out), "--input", text(&table), "--device", "cpu"]));
        let classes: Vec<&str> = predicted.lines().skip(1).filter_map(|row| row.split(',').nth(1)).collect();
        assert_eq!(classes, ["0", "1", "0", "1"], "{name}: {predicted}");
        let path = format!("data.path={}", text(&table));
        let other = ["evaluate", text(&out), "--device", "cpu", "--json", "--set", "data.source=csv", "--set", &path];
        let scores: serde_json::Value = serde_json::from_str(&stdout(&run(&other))).expect("JSON");
        assert_eq!((&scores["accuracy"], &scores["examples"]), (&1.0.into(), &4.into()), "{name}: {scores}");
        let model = folder.path().join(format!("{name}.onnx"));
        let export = run(&["export", text(&out), "--format", "onnx", "--out", text(&model)]);
        let maps = if map.is_empty() { "the model scales itself" } else { "the model maps and scales itself" };
        assert!(stderr(&export).contains("input [batch] x [2] of f32") && stderr(&export).contains(maps));
    }
    let other = run(&["predict", text(&folder.path().join("waves")), "--input", text(&table), "--set", POWERS]);
    assert!(stderr(&other).contains("--set data.features: scale and classes are the run's own"));
}

#[test]
fn a_resumed_run_makes_the_same_data_up() {
    let folder = folder();
    let [whole, parts] = ["whole", "parts"].map(|name| folder.path().join(name));
    let changes = [&MOONS[..], &[WAVES]].concat();
    train(&whole, &[&changes[..], &["train.epochs=4"]].concat());
    train(&parts, &[&changes[..], &["train.epochs=2"]].concat());
    stdout(&run(&["train", "--device", "cpu", "--resume", "--out", text(&parts), "--set", "train.epochs=4"]));
    let weights = |out: &Path| fs::read(out.join("checkpoints/last.safetensors")).expect("weights");
    assert!(weights(&whole) == weights(&parts), "a resumed run is the same to the bit");
    let refused = run(&["train", "--resume", "--out", text(&parts), "--set", "data.noise=0.2"]);
    assert!(stderr(&refused).contains("--set data.noise: it is 0.1 for this run to its end"), "{}", stderr(&refused));
}

#[test]
fn the_shape_is_known_before_anything_is_made() {
    let more = ["--set", "data.dimensions=30", "--set", "data.classes=10", "--set", "data.normalize=standard"];
    let clusters = [&["summary", "--set", "data.source=clusters", "--set", POWERS][..], &more].concat();
    let said = stdout(&run(&clusters));
    assert!(said.contains("examples of [30] become [90] by the map of data.features"), "{said}");
    // A table that is not there, of two columns.
    let table = ["explain", "--set", "data.source=csv", "--set", "data.shape=[2]", "--set", WAVES];
    let said = stdout(&run(&[&table[..], &["--set", "data.normalize=standard"]].concat()));
    assert!(said.contains("examples of [2] become [40] by the map of data.features"), "{said}");
}

#[test]
fn maps_of_pictures_and_words_are_refused_at_their_key() {
    let words = "model.layers=[{op='embedding',vocabulary=9,units=2},{op='flatten'},{op='dense',units=2}]";
    for (code, changes, part) in [
        (
            2,
            &[POWERS][..],
            "--set data.features: a map of features is for the columns of tables, and `digits` has pictures",
        ),
        (
            2,
            &["data.source=moons", "data.normalize=none", POWERS, words],
            "--set data.features: the inputs go into an embedding",
        ),
        (2, &["data.source=moons", "data.features={ map = 'sine' }"], "--set data.features: unknown map `sine`"),
        (2, &["data.source=moons", "data.features={ map = 'polynomial' }"], "`degree`"),
        (
            2,
            &["data.source=moons", "data.features={ map = 'fourier', count = 9, bandwidth = 0 }"],
            "`bandwidth` must be",
        ),
        (
            3,
            &["data.source=clusters", "data.normalize=none", "data.features={map='fourier',count=268435456}"],
            "too many",
        ),
    ] {
        let mut arguments = vec!["train", "--dry-run"];
        changes.iter().for_each(|change| arguments.extend(["--set", change]));
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(code), "{changes:?}");
        assert!(stderr(&output).contains(part), "{}", stderr(&output));
    }
}
